import importlib
import time

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type


def loader(*args, **options):
    try:
        importlib.import_module("myrung.dataloaders")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".dataloaders"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.dataloaders", "a file dataloaders.py in the package", "none") from None
    return importlib.import_module("myrung.dataloaders").DataLoader(*args, **options)


def look():
    return importlib.import_module("myrung.dataloaders").DataLoader.__iter__


class Count(myrung.Dataset):
    """x = [i, 10 i], t = i, for i from 0 on."""

    def __init__(self, count):
        self.count = count
        super().__init__()

    def prepare(self):
        self.label = np.arange(self.count)
        self.data = np.stack([self.label, self.label * 10], axis=1).astype(np.float32)


def labels(batches):
    return [t.tolist() for _, t in batches]


def portions(batches):
    """The labels of batches, as a text."""
    return " | ".join(" ".join(map(str, t)) for t in labels(batches))


def test_batches():
    batches = list(loader(Count(6), 2, shuffle=False))
    expect("how many batches of 2 there are of 6 examples", len(batches), 3, look=look())
    for number, (x, t) in enumerate(batches):
        a, b = 2 * number, 2 * number + 1
        expect_type(f"x of batch {number}", x, np.ndarray, look=look())
        expect(f"x of batch {number}", x, np.array([[a, 10 * a], [b, 10 * b]]), look=look())
        expect_type(f"t of batch {number}", t, np.ndarray, look=look())
        expect(f"t of batch {number}", t, np.array([a, b]), look=look())
    expect("the dtype of x, from examples in float32", str(batches[0][0].dtype), "float32", look=look())


def test_last_batch_may_be_small():
    expect("the labels in batches of 3 of 7 examples", portions(loader(Count(7), 3, shuffle=False)),
           "0 1 2 | 3 4 5 | 6", look=look())  # fmt: skip
    expect("the labels in batches of 10 of 2 examples", portions(loader(Count(2), 10, shuffle=False)),
           "0 1", look=look())  # fmt: skip


def test_len_is_the_number_of_batches():
    for count, size, batches in (6, 2, 3), (7, 3, 3), (2, 10, 1), (9, 9, 1), (10, 9, 2):
        came = loader(Count(count), size)
        expect(
            f"len of a loader of {count} examples in batches of {size}", len(came), batches, look=type(came).__len__
        )


def test_every_example_once():
    myrung.seed(0)
    came = labels(loader(Count(50), 8))
    expect("the sizes of the batches", [len(t) for t in came], [8, 8, 8, 8, 8, 8, 2], look=look())
    expect(
        "all labels of one epoch, sorted", sorted(t for batch in came for t in batch), list(range(50)), look=look()
    )


def test_new_order_each_epoch():
    ds = loader(Count(50), 50)
    (first,), (second,) = labels(ds), labels(ds)
    expect("whether two epochs have the same order", first == second, False, look=look())
    expect("whether the first has the order of the dataset", first == list(range(50)), False, look=look())


def test_x_and_t_stay_together():
    for x, t in loader(Count(40), 7):
        expect("the first column of x, beside t", x[:, 0].astype(int).tolist(), t.tolist(), look=look())


def test_left_early():
    ds = loader(Count(6), 2, shuffle=False)
    for _ in ds:
        break
    expect("the labels in an epoch after one that was left after its first batch", portions(ds),
           "0 1 | 2 3 | 4 5", look=look())  # fmt: skip


def test_two_loops_at_once():
    ds, pairs = loader(Count(3), 1, shuffle=False), []
    for _, a in ds:
        for _, b in ds:
            pairs.append((int(a[0]), int(b[0])))
            if len(pairs) > 20:
                raise Unmet("two loops over one loader, one inside the other", "9 pairs", "no end", look=look())
    expect("the pairs of two loops over one loader of three, one inside the other", pairs,
           [(a, b) for a in range(3) for b in range(3)], look=look())  # fmt: skip


def test_repeatable():
    myrung.seed(5)
    first = labels(loader(Count(50), 9))
    np.random.seed(1)
    myrung.seed(5)
    again = labels(loader(Count(50), 9))
    expect("whether two epochs after seed(5) have one order", first == again, True, look=look())


def test_no_more_than_is_asked_for():
    asked = []

    class Noting:
        def __len__(self):
            return 6

        def __getitem__(self, i):
            asked.append(int(i))
            return np.float32(i), i

    batches = iter(loader(Noting(), 2, shuffle=False))
    expect("the examples that were read before the first batch was wanted", asked, [], look=look())
    next(batches)
    expect("the examples that were read for the first batch of 2", asked, [0, 1], look=look())
    next(batches)
    expect("the examples that were read for two batches of 2", asked, [0, 1, 2, 3], look=look())


def test_anything_with_two_answers():
    pairs = [(np.array([1.0]), 3), (np.array([2.0]), 4)]
    ((x, t),) = loader(pairs, 2, shuffle=False)
    expect("x of the only batch of a plain list of pairs", x, np.array([[1.0], [2.0]]), look=look())
    expect("t of it", t, np.array([3, 4]), look=look())


def test_in_the_face():
    expect_same(
        "myrung.DataLoader", getattr(myrung, "DataLoader", None), type(loader([], 1)), look=type(loader([], 1))
    )


def test_learns_the_spiral():
    from myrung.datasets import Spiral

    begun = time.perf_counter()
    myrung.seed(0)
    model = myrung.models.MLP((16, 3), myrung.tanh)
    optimizer = myrung.optimizers.Adam(0.05).setup(model)
    ds, right = loader(Spiral(), 30), 0.0
    while right < 0.8 and time.perf_counter() - begun < 3.5:
        right = 0.0
        for x, t in ds:
            y = model(x)
            loss = myrung.softmax_cross_entropy(y, t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            right += float(myrung.accuracy(y, t).data) * len(t) / 300
    if right < 0.8:
        raise Unmet("the share of the spiral's points that a net has right after some epochs with your loader",
                    "0.8 or more", f"{right:.2f}", look=look())  # fmt: skip
