import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type

F = myrung.functions


def spiral(*args):
    try:
        datasets = importlib.import_module("myrung.datasets")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".datasets"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.datasets", "a file datasets.py in the package", "none") from None
    return datasets.get_spiral, *datasets.get_spiral(*args)


def test_spiral_has_300_points():
    f, x, t = spiral()
    expect("the shape of x of get_spiral()", x.shape, (300, 2), look=f)
    expect("the shape of t", t.shape, (300,), look=f)
    expect("the dtype of x", str(x.dtype), "float32", look=f)
    expect("whether t holds integers", t.dtype.kind, "i", look=f)
    expect("how many points each arm has", np.bincount(t), np.array([100, 100, 100]), look=f)


def test_points_lie_on_their_arms():
    f, x, t = spiral()
    radius = np.hypot(x[:, 0], x[:, 1])
    for arm in range(3):
        expect(f"the distances of the points of arm {arm} from the middle, in order", np.sort(radius[t == arm]),
               np.arange(100) / 100, look=f, tolerance=1e-5)  # fmt: skip
    far = radius > 0.005
    off = np.arctan2(x[:, 0], x[:, 1]) - 4 * t - 4 * radius
    off = ((off + np.pi) % (2 * np.pi) - np.pi)[far]
    if not 0.15 < off.std() < 0.25 or abs(off.mean()) > 0.05:
        raise Unmet("the angles of the points, less 4 * arm + 4 * radius: how far they spread", "about 0.2, around 0",
                    f"{off.std():.3f}, around {off.mean():.3f}", look=f)  # fmt: skip


def test_points_are_shuffled():
    f, _, t = spiral()
    if (np.bincount(t[:60], minlength=3) < 8).any():
        raise Unmet("the arms of the first 60 points", "some of each", str(t[:60].tolist()), look=f)


def test_same_points_each_time():
    f, x, t = spiral()
    _, again, arms = spiral()
    expect("x of a second get_spiral()", again, x, look=f)
    expect("t of a second get_spiral()", arms, t, look=f)


def test_other_points_to_test_with():
    f, x, _ = spiral()
    _, other, t = spiral(False)
    expect("x of get_spiral(True), beside that of get_spiral()", spiral(True)[1], x, look=f)
    expect("the shape of x of get_spiral(train=False)", other.shape, (300, 2), look=f)
    expect("how many points each of its arms has", np.bincount(t), np.array([100, 100, 100]), look=f)
    same = bool((np.sort(x[:, 0]) == np.sort(other[:, 0])).mean() > 0.1)
    expect("whether they are the points for training", same, False, look=f)


def test_nobody_elses_random_numbers():
    f, *_ = spiral()
    np.random.seed(3)
    myrung.seed(3)
    plain, own = np.random.rand(), myrung.layers.Linear(1, in_size=4).W.data
    np.random.seed(3)
    myrung.seed(3)
    f()
    expect("np.random.rand() after np.random.seed(3) and get_spiral()", np.random.rand(), plain, look=f)
    expect("the weights of a Linear after seed(3) and get_spiral()", myrung.layers.Linear(1, in_size=4).W.data, own,
           look=f)  # fmt: skip


def test_accuracy():
    y = np.array([[0.1, 0.7, 0.2], [5.0, -1.0, 4.0], [1.0, 2.0, 3.0], [9.0, 8.0, 7.0]])
    for t, share in (([1, 0, 2, 0], 1.0), ([1, 0, 2, 1], 0.75), ([0, 1, 1, 2], 0.0)):
        came = F.accuracy(myrung.Variable(y), np.array(t))
        expect_type("accuracy(y, t)", came, myrung.Variable, look=F.accuracy)
        expect(f"accuracy(y, t), where the greatest scores are at 1, 0, 2, 0, and t is {t}", came.data, share,
               look=F.accuracy)  # fmt: skip
    came = F.accuracy(y, myrung.Variable(np.array([1, 0, 2, 1])))
    expect("accuracy of an array, and a Variable of classes", came.data, 0.75, look=F.accuracy)


def test_accuracy_is_no_part_of_the_graph():
    x = myrung.Variable(np.array([[1.0, 2.0]]))
    came = F.accuracy(x * 2.0, np.array([1]))
    expect_same("the creator of accuracy(x * 2, t)", came.creator, None, look=F.accuracy)
    expect_same("myrung.accuracy", getattr(myrung, "accuracy", None), F.accuracy, look=F.accuracy)
    expect("float(accuracy(...).data)", float(came.data), 1.0, look=F.accuracy)
