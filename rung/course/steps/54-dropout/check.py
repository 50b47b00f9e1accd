import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_type

dropout, config = getattr(myrung, "dropout", None), myrung.config


def ones(*shape, dtype=np.float64):
    return myrung.Variable(np.ones(shape, dtype))


def test_a_switch_for_use():
    expect("config.train, to begin with", getattr(config, "train", None), True, myrung.Config)
    with myrung.test_mode():
        expect("config.train within test_mode()", config.train, False, myrung.test_mode)
        expect("config.enable_backprop within test_mode()", config.enable_backprop, True, myrung.test_mode)
    expect("config.train after test_mode()", config.train, True, myrung.test_mode)
    expect_raises("the error inside of the block", KeyError, fails_inside, myrung.test_mode)
    expect("config.train after an error in the block", config.train, True, myrung.test_mode)


def fails_inside():
    with myrung.test_mode():
        raise KeyError("inside")


def test_in_use_nothing_happens():
    x = np.array([[1.0, -2.0], [3.0, 4.0]])
    with myrung.test_mode():
        for ratio in 0.5, 0.9:
            y = dropout(myrung.Variable(x), ratio)
            expect(f"dropout(x, {ratio}) in test mode", y.data, x, dropout)
        expect_type("dropout(array) in test mode", dropout(x), myrung.Variable, dropout)


def test_what_is_left_grows():
    for ratio, grown in (0.5, 2.0), (0.75, 4.0), (0.2, 1.25):
        found = np.unique(np.round(dropout(ones(50, 20), ratio).data, 6))
        expect(f"the different numbers in dropout of ones, ratio {ratio}", found, [0.0, grown], dropout)


def test_every_element_for_itself():
    y = dropout(ones(40, 40)).data
    expect("whether all rows have their zeros at the same places", bool((y == y[0]).all()), False, dropout)
    expect("whether all columns have their zeros at the same places", bool((y == y[:, :1]).all()), False, dropout)
    expect("the shape of dropout of (2, 3, 4)", dropout(ones(2, 3, 4)).shape, (2, 3, 4), dropout)


def test_as_many_as_the_ratio_says():
    for ratio in 0.1, 0.3, 0.8:
        share = float((dropout(ones(100, 200), ratio).data == 0).mean())
        if abs(share - ratio) > 0.03:
            raise Unmet(
                f"the share of zeros in 20,000 elements, ratio {ratio}", f"about {ratio}", f"{share:.3f}", dropout
            )
    share = float((dropout(ones(100, 200)).data == 0).mean())
    if abs(share - 0.5) > 0.03:
        raise Unmet("the share of zeros, when no ratio is given", "about 0.5", f"{share:.3f}", dropout)
    expect("dropout of ones, ratio 0", dropout(ones(2, 3), 0.0).data, np.ones((2, 3)), dropout)


def test_the_sum_stays_on_average():
    x = myrung.Variable(np.array([1.0, -2.0, 10.0]))
    mean = np.mean([dropout(x, 0.4).data for _ in range(4000)], axis=0)
    if not np.allclose(mean, x.data, rtol=0.1, atol=0.1):
        raise Unmet("the mean of dropout([1, -2, 10], 0.4) over 4000 calls", "about [1, -2, 10]", str(mean), dropout)


def test_every_call_draws_anew():
    x = ones(10, 10)
    first, second = dropout(x).data, dropout(x).data
    expect("whether two calls have the same zeros", bool((first == second).all()), False, dropout)


def test_seed():
    drawn = []
    for _ in range(2):
        myrung.seed(7)
        drawn.append(dropout(ones(10, 10)).data)
    expect("the second draw after seed(7)", drawn[1], drawn[0], dropout)


def test_the_same_zeros_on_the_way_back():
    x = myrung.Variable(np.linspace(1.0, 3.0, 60).reshape(6, 10))
    y = dropout(x, 0.3)
    y.backward()
    if x.grad is None:
        raise Unmet("x.grad after y = dropout(x), y.backward()", "the mask", "None", dropout)
    expect(
        "the gradient of dropout, which is what each element was multiplied by", x.grad.data, y.data / x.data, dropout
    )


def test_dtype():
    y = dropout(ones(3, 4, dtype=np.float32), 0.3)
    expect("the dtype of dropout of float32", str(y.dtype), "float32", dropout)


def test_input_stays():
    x = np.arange(1.0, 21.0)
    dropout(x)
    expect("x after dropout(x)", x, np.arange(1.0, 21.0), dropout)


def test_ratios_that_make_no_sense():
    for ratio in 1.0, 1.5, -0.1:
        error = expect_raises(f"dropout(x, {ratio})", ValueError, lambda r=ratio: dropout(ones(3), r), dropout)
        expect("the sentence names the ratio", str(ratio) in str(error), True, dropout)
    with myrung.test_mode():
        expect_raises("dropout(x, 1.5) in test mode", ValueError, lambda: dropout(ones(3), 1.5), dropout)
