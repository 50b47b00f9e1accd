import warnings

import myrung
import numpy as np
from rung.course.testing import check_gradient, expect, expect_raises, expect_type

F = myrung.functions


def variable(values, dtype=np.float64):
    return myrung.Variable(np.array(values, dtype))


def test_getitem_picks():
    x = variable(np.arange(24).reshape(2, 3, 4))
    cases = {
        "x[1]": 1, "x[-1]": -1, "x[0, 1]": (0, 1), "x[:, 1:]": (slice(None), slice(1, None)), "x[..., 0]": (..., 0),
        "x[[1, 0, 1]]": [1, 0, 1], "x[np.array([0, 1]), np.array([2, 0])]": (np.array([0, 1]), np.array([2, 0])),
    }  # fmt: skip
    for what, index in cases.items():
        y = x[index]
        expect_type(what, y, myrung.Variable, look=F.get_item)
        expect(f"({what}).data", y.data, np.asarray(x.data[index]), look=F.GetItem.forward)
    expect("get_item(x, 1).data", F.get_item(x, 1).data, x.data[1], look=F.get_item)


def test_getitem_gradient():
    x = variable([[1, 2, 3], [4, 5, 6]])
    (x[1] * variable([10, 20, 30])).sum().backward()
    expect("x.grad of sum(x[1] * [10, 20, 30]), where x has two rows", x.grad.data,
           np.array([[0.0, 0, 0], [10, 20, 30]]), look=F.GetItem.backward)  # fmt: skip


def test_taken_twice():
    x = variable([1, 2, 3])
    (x[[0, 2, 0]] * variable([1, 10, 100])).sum().backward()
    expect("x.grad of sum(x[[0, 2, 0]] * [1, 10, 100])", x.grad.data, np.array([101.0, 0, 10]),
           look=F.GetItemGrad.forward)  # fmt: skip


def test_getitem_gradients_are_right():
    check_gradient(lambda x: x[1:, [0, 2, 2]] ** 2, (3, 4), what="x[1:, [0, 2, 2]] ** 2",
                   look=F.GetItem.backward)  # fmt: skip
    check_gradient(lambda x: F.GetItemGrad([0, 2, 2], (4,))(x) ** 2, (3,),
                   what="GetItemGrad([0, 2, 2], (4,))(x) ** 2", look=F.GetItemGrad.backward)  # fmt: skip


def slope_of(f):
    """The derivative of sum(f(x)), as a function of x that can be derived again."""

    def slope(x):
        x.cleargrad()
        f(x).sum().backward(create_graph=True)
        found = x.grad
        x.cleargrad()
        return found

    return slope


def test_getitem_twice_derived():
    check_gradient(slope_of(lambda x: x[[0, 1, 0]] ** 3), (3,), what="the slope of x[[0, 1, 0]] ** 3",
                   look=F.GetItemGrad.backward)  # fmt: skip


def test_log():
    expect("log(x).data at [1, e]", F.log(variable([1, np.e])).data, np.array([0.0, 1.0]), look=F.Log.forward)
    check_gradient(F.log, low=0.5, what="log", look=F.Log.backward)
    check_gradient(slope_of(F.log), (3,), low=0.5, what="the slope of log", look=F.Log.backward)


def test_softmax():
    y = F.softmax(variable([[0, np.log(2), np.log(5)], [7, 7, 7]]))
    expect("softmax of the rows [0, log 2, log 5] and [7, 7, 7]", y.data,
           np.array([[0.125, 0.25, 0.625], [1 / 3, 1 / 3, 1 / 3]]), look=F.softmax)  # fmt: skip


def test_softmax_of_other_axes():
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    for axis in 0, 1, -1:
        e = np.exp(x)
        expect(f"softmax(x, axis={axis}) for x of shape (2, 3, 4)", F.softmax(variable(x), axis=axis).data,
               e / e.sum(axis=axis, keepdims=True), look=F.softmax)  # fmt: skip
    expect("softmax([0, log 3]), of no more than one axis", F.softmax(variable([0, np.log(3)])).data,
           np.array([0.25, 0.75]), look=F.softmax)  # fmt: skip
    expect("exp(log_softmax([0, log 3]))", F.exp(F.log_softmax(variable([0, np.log(3)]))).data,
           np.array([0.25, 0.75]), look=F.log_softmax)  # fmt: skip
    e = np.exp(x)
    expect("softmax(x) for x of shape (2, 3, 4), along its last axis", F.softmax(variable(x)).data,
           e / e.sum(axis=-1, keepdims=True), look=F.softmax)  # fmt: skip


def test_softmax_of_large_scores():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = variable([[1000, 1000 + np.log(3)], [-1000, 0], [0, 1000]])
        y = F.softmax(x)
        expect("softmax of the rows [1000, 1000 + log 3], [-1000, 0] and [0, 1000]", y.data,
               np.array([[0.25, 0.75], [0, 1], [0, 1]]), look=F.softmax)  # fmt: skip


def test_softmax_gradient():
    check_gradient(lambda x: F.softmax(x) ** 2, (2, 3), what="softmax(x) ** 2", look=F.softmax)


def test_cross_entropy():
    x = variable([[0, np.log(2), np.log(5)], [7, 7, 7]])
    expect("softmax_cross_entropy of the rows [0, log 2, log 5] and [7, 7, 7], where the classes 1 and 0 are right",
           F.softmax_cross_entropy(x, np.array([1, 0])).data, (np.log(4) + np.log(3)) / 2,
           look=F.softmax_cross_entropy)  # fmt: skip


def test_cross_entropy_of_large_scores():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = variable([[1000, 0]])
        loss = F.softmax_cross_entropy(x, np.array([1]))
        loss.backward()
    expect("softmax_cross_entropy of [1000, 0], where class 1 is right", loss.data, 1000.0,
           look=F.softmax_cross_entropy)  # fmt: skip
    expect("its gradient", x.grad.data, np.array([[1.0, -1.0]]), look=F.softmax_cross_entropy)


def test_gradient_is_p_minus_t():
    x = variable([[0, np.log(2), np.log(5)], [7, 7, 7]])
    F.softmax_cross_entropy(x, np.array([1, 0])).backward()
    expected = (np.array([[0.125, 0.25, 0.625], [1 / 3, 1 / 3, 1 / 3]]) - np.array([[0, 1, 0], [1, 0, 0]])) / 2
    expect("the gradient of softmax_cross_entropy: the probabilities, minus 1 at the right class, over two rows",
           x.grad.data, expected, look=F.softmax_cross_entropy)  # fmt: skip
    t = np.array([2, 0, 1, 1])
    check_gradient(lambda x: F.softmax_cross_entropy(x, t), (4, 3), what="softmax_cross_entropy",
                   look=F.softmax_cross_entropy)  # fmt: skip
    check_gradient(slope_of(lambda x: F.softmax_cross_entropy(x, t) ** 2), (4, 3), tolerance=1e-4,
                   what="the slope of softmax_cross_entropy, squared", look=F.softmax_cross_entropy)  # fmt: skip


def test_classes_of_another_shape():
    x = variable(np.zeros((4, 3)))
    for t in np.zeros((4, 1), int), np.zeros(3, int), np.eye(3, dtype=int)[[0, 1, 2, 0]]:
        expect_raises(f"softmax_cross_entropy of scores (4, 3) and classes {t.shape}", ValueError,
                      lambda t=t: F.softmax_cross_entropy(x, t), look=F.softmax_cross_entropy)  # fmt: skip


def test_classes_and_scores_of_any_kind():
    x, t = np.array([[0.0, 0.0]]), np.array([1])
    for what, a, b in ("arrays", x, t), ("Variables", myrung.Variable(x), myrung.Variable(t)):
        expect(f"softmax_cross_entropy of {what}", F.softmax_cross_entropy(a, b).data, np.log(2),
               look=F.softmax_cross_entropy)  # fmt: skip
    expect("softmax of an array", F.softmax(x).data, np.array([[0.5, 0.5]]), look=F.softmax)


def test_float32_stays():
    x = variable([[1, 2, 3]], np.float32)
    loss = F.softmax_cross_entropy(x, np.array([2]))
    loss.backward()
    expect("the dtype of softmax_cross_entropy of float32", str(loss.dtype), "float32", look=F.softmax_cross_entropy)
    expect("the dtype of its gradient", str(x.grad.dtype), "float32", look=F.GetItemGrad.forward)


def test_face_has_the_names():
    wanted = "GetItem GetItemGrad Log get_item log softmax softmax_cross_entropy".split()
    expect("the names that are missing in __init__.py", [name for name in wanted if not hasattr(myrung, name)], [])
