import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same, expect_type


def datasets():
    module = importlib.import_module("myrung.datasets")
    if not hasattr(module, "Dataset"):
        raise Unmet("datasets.py, for the name Dataset", "its definition", "nothing of that name")
    return module


def made(prepare, **options):
    """A dataset of a new class with this `prepare`."""
    return type("Own", (datasets().Dataset,), {"prepare": prepare})(**options)


def letters(self):
    self.data = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    self.label = np.array([7, 8, 9])


def test_one_of_your_own():
    ds, look = made(letters), datasets().Dataset
    expect("len of a dataset with three rows in data", len(ds), 3, look=look.__len__)
    example = ds[1]
    expect_type("ds[1]", example, tuple, look=look.__getitem__)
    expect("how many things ds[1] has", len(example), 2, look=look.__getitem__)
    expect("x of x, t = ds[1]", example[0], np.array([3.0, 4.0]), look=look.__getitem__)
    expect("t of x, t = ds[1]", example[1], 8, look=look.__getitem__)


def test_without_labels():
    def prepare(self):
        self.data = np.array([1.0, 2.0])

    x, t = made(prepare)[1]
    expect("x of x, t = ds[1], where prepare has set data = [1, 2] alone", x, 2.0, look=datasets().Dataset)
    expect_same("t of x, t = ds[1]", t, None, look=datasets().Dataset.__getitem__)
    x, t = made(prepare, target_transform=lambda t: t + 1)[0]
    expect_same("t of x, t = ds[0], with a target_transform but no labels", t, None,
                look=datasets().Dataset.__getitem__)  # fmt: skip


def test_transforms():
    ds = made(letters, transform=lambda x: x * 10)
    look = datasets().Dataset.__getitem__
    expect("x of ds[0] with transform: x * 10", ds[0][0], np.array([10.0, 20.0]), look=look)
    expect("t of ds[0] with transform: x * 10", ds[0][1], 7, look=look)
    ds = made(letters, target_transform=lambda t: t - 7)
    expect("x of ds[2] with target_transform: t - 7", ds[2][0], np.array([5.0, 6.0]), look=look)
    expect("t of ds[2] with target_transform: t - 7", ds[2][1], 2, look=look)


def test_nothing_before_it_is_asked_for():
    seen = []

    def note(x):
        seen.append(x.tolist())
        return x

    ds, look = made(letters, transform=note), datasets().Dataset
    expect("what has been through the transform when nothing was asked for", seen, [], look=look.__init__)
    ds[2], ds[0], ds[2]
    expect("what went through the transform for ds[2], ds[0], ds[2]", seen, [[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]],
           look=look.__getitem__)  # fmt: skip


def test_data_that_are_no_array():
    class Endless:
        def __len__(self):
            return 10**12

        def __getitem__(self, i):
            return i * i

    def prepare(self):
        self.data, self.label = Endless(), Endless()

    ds = made(prepare)
    expect("len of a dataset on 10**12 squares", len(ds), 10**12, look=datasets().Dataset.__len__)
    expect("its ds[10**9]", ds[10**9], (10**18, 10**18), look=datasets().Dataset.__getitem__)


def test_prepare_knows_what_for():
    seen = []
    made(lambda self: seen.append((self.train, self.data, self.label)), train=False)
    made(lambda self: seen.append((self.train, self.data, self.label)))
    expect("(train, data, label), as prepare finds them, for train=False and by default", seen,
           [(False, None, None), (True, None, None)], look=datasets().Dataset.__init__)  # fmt: skip


def test_no_prepare():
    expect_raises("Dataset(), which has no prepare", NotImplementedError, lambda: datasets().Dataset(),
                  look=datasets().Dataset.prepare)  # fmt: skip


def test_a_loop_ends():
    came = [int(t) for _, t in made(letters)]
    expect("the labels in a loop over a dataset of three", came, [7, 8, 9], look=datasets().Dataset.__getitem__)


def test_spiral():
    module = datasets()
    for train in True, False:
        x, t = module.get_spiral(train)
        ds = module.Spiral(train=train)
        expect(f"len(Spiral(train={train}))", len(ds), 300, look=module.Spiral)
        expect(f"x of Spiral(train={train})[5]", ds[5][0], x[5], look=module.Spiral)
        expect(f"t of Spiral(train={train})[5]", ds[5][1], t[5], look=module.Spiral)
    expect("whether a Spiral is a Dataset", issubclass(module.Spiral, module.Dataset), True, look=module.Spiral)
    expect_same("myrung.Dataset", getattr(myrung, "Dataset", None), module.Dataset, look=module.Dataset)
