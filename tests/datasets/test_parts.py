"""Datasets made of others: what they give, one by one and as a batch, and that fast parts stay fast."""

import numpy as np
import pytest

import rung
from rung.dataloaders import DataLoader
from rung.datasets import ArrayDataset, ConcatDataset, Dataset, Moons, Pixels, Spiral, Subset, random_split
from rung.datasets.dataset import at_once
from rung.errors import DTypeError, IndexRangeError, ShapeError, ValueRangeError

X, T = np.arange(20, dtype=np.float32).reshape(10, 2), np.arange(10)
SLOW = [(x, t) for x, t in zip(X, T, strict=True)]  # the same samples, in a list


def made(kind, source):
    return {
        "subset": lambda: Subset(source, [7, 1, 1, -2, 0, 3]),
        "subset of a subset": lambda: Subset(Subset(source, np.arange(9, -1, -1)), [0, 5, 2]),
        "concat": lambda: ConcatDataset(source, Subset(source, [3, 2])),
        "concat of concat": lambda: ConcatDataset(ConcatDataset(source, source), Subset(source, []), source),
    }[kind]()


KINDS = ["subset", "subset of a subset", "concat", "concat of concat"]
BATCHES = [slice(None), slice(1, 3), slice(None, None, -2), [2, 0, 2], np.array([1, -1]), []]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("index", BATCHES, ids=str)
def test_a_batch_is_its_samples(kind, index):
    fast, slow = made(kind, (X, T)), made(kind, SLOW)
    numbers = np.arange(len(fast))[index if isinstance(index, slice) else np.array(index, int)]
    x, t = fast[index]
    assert len(x) == len(t) == len(numbers)
    if not len(numbers):
        return
    singles = [fast[int(i)] for i in numbers]
    assert np.array_equal(x, np.stack([single[0] for single in singles]))
    assert t.tolist() == [single[1] for single in singles]
    slow_x, slow_t = slow[index]
    assert x.dtype == slow_x.dtype == np.float32
    assert np.array_equal(x, slow_x)
    assert np.array_equal(t, slow_t)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_fast_parts_is_indexed_a_few_times_for_a_batch(kind, monkeypatch):
    asked = []
    get = ArrayDataset.__getitem__
    monkeypatch.setattr(ArrayDataset, "__getitem__", lambda self, index: (asked.append(index), get(self, index))[1])
    dataset = made(kind, (X, T))
    assert at_once(dataset)
    x, t = next(iter(DataLoader(dataset, len(dataset), seed=0)))
    assert np.array_equal(x, X[t])
    assert len(asked) <= 4
    assert not at_once(made(kind, SLOW))


def test_a_part_has_the_data_and_labels_of_its_samples():
    part = Subset(Subset((X, T), np.arange(9, -1, -1)), [0, 5, -1])
    assert part.data.tolist() == X[[9, 4, 0]].tolist()
    assert part.label.tolist() == [9, 4, 0]
    assert Subset(T, [3, 1]).data.tolist() == [3, 1]
    assert Subset(T, [3, 1]).label is None
    assert Subset(SLOW, [0]).data is None
    assert Subset(ConcatDataset((X, T)), [0]).data is None
    assert Subset(Spiral(), [0, 7]).data.tolist() == Spiral().data[[0, 7]].tolist()


def test_parts_of_parts_in_a_loader():
    parts = random_split(ConcatDataset((X, T), (X, T + 10)), [12, 8], seed=1)
    seen = sorted(t for part in parts for _, ts in DataLoader(part, 5) for t in ts.tolist())
    assert seen == list(range(20))


# Arrays


def test_arrays_give_tuples_of_their_rows():
    ds = ArrayDataset(X, T, T * 2)
    assert len(ds) == 10
    assert ds[3][1:] == (3, 6)
    assert [part.shape for part in ds[:4]] == [(4, 2), (4,), (4,)]
    assert ArrayDataset(T)[[1, 2]][0].tolist() == [1, 2]
    assert np.shares_memory(ds[2:5][0], X)
    assert repr(ArrayDataset(X, T)) == "ArrayDataset(train=True): 10 samples, x float32 (2,), t int64"


def test_arrays_go_through_the_transforms():
    ds = ArrayDataset(X, T, T, transform=lambda x: x[0], target_transform=lambda t: -t)
    assert ds[3] == (6, -3, 3)
    assert [part.tolist() for part in ds[1:3]] == [[2, 4], [-1, -2], [1, 2]]
    assert not at_once(ds)


def test_what_are_no_arrays_of_one_length_is_refused():
    with pytest.raises(DTypeError, match="expected arrays, but got nothing"):
        ArrayDataset()
    with pytest.raises(DTypeError, match="float32 \\(10, 2\\), list"):
        ArrayDataset(X, [1, 2])
    with pytest.raises(ShapeError, match="first axes of one length"):
        ArrayDataset(X, T[:9])


# Subsets and splits


def test_a_subset_knows_the_classes_and_says_what_it_is():
    part = Subset(Moons(train=False), range(5))
    assert part.classes == ["upper", "lower"]
    assert not part.train
    assert (
        repr(part)
        == "Subset: 5 of the samples of Moons(train=False): 300 samples, x float32 (2,), t int64, 2 classes"
    )


def test_numbers_outside_a_dataset_are_refused():
    for wrong in ([10], [-11]):
        with pytest.raises(IndexRangeError, match="from -10 to 9"):
            Subset((X, T), wrong)
    for wrong in ([0.5], [[1]], [True]):
        with pytest.raises(DTypeError, match="whole numbers in one row"):
            Subset((X, T), wrong)
    for dataset in (Subset((X, T), [1, 2]), ConcatDataset((X, T))):
        for wrong in (len(dataset), -len(dataset) - 1):
            with pytest.raises(IndexError):
                dataset[wrong]


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [
        ([7, 3], [7, 3]),
        ([10, 0], [10, 0]),
        ([0.5, 0.5], [5, 5]),
        ([0.8, 0.1, 0.1], [8, 1, 1]),
        ([1 / 3] * 3, [3, 4, 3]),
        ([0.07] * 10 + [0.3], None),
        ([1.0], [10]),
        ([1, 9], [1, 9]),
    ],
)
def test_a_split_leaves_nothing_out(lengths, sizes):
    parts = random_split((X, T), lengths, seed=0)
    assert sizes is None or [len(part) for part in parts] == sizes
    assert sorted(int(t) for part in parts for _, t in part) == list(range(10))


def test_a_split_is_the_same_for_a_seed():
    def order(seed):
        return [int(t) for part in random_split((X, T), [5, 5], seed) for _, t in part]

    assert order(1) == order(1) != order(2)
    rung.seed(0)
    first = order(None)
    second = order(None)
    rung.seed(0)
    assert first == order(None) != second


@pytest.mark.parametrize("lengths", [[5, 4], [0.5, 0.4], [-1, 11], [], [1.5, -0.5], [float("nan")], [1],
                                     [1, 0], ["a"], [True]])  # fmt: skip
def test_lengths_that_do_not_add_up_are_refused(lengths):
    with pytest.raises(ValueRangeError, match="whole numbers that add up to 10, or shares, floats"):
        random_split((X, T), lengths)


# Concatenations


def test_parts_of_other_shapes_are_refused_for_one_batch():
    both = ConcatDataset((X, T), (X[:, :1], T))
    assert both[:10][0].shape == (10, 2)
    with pytest.raises(ShapeError, match=r"but got \(1,\) and \(2,\)"):
        both[5:15]
    with pytest.raises(ValueRangeError, match="at least one dataset"):
        ConcatDataset()


def test_labels_may_be_missing_in_all_parts():
    class Unlabelled(Dataset):
        def prepare(self):
            self.data = X

    both = ConcatDataset(Unlabelled(), Unlabelled())
    x, t = both[[0, 15]]
    assert np.array_equal(x, X[[0, 5]])
    assert t is None
    assert [x.tolist() for x in ConcatDataset(X, X[:1])[[10, 3]]] == [X[0].tolist(), X[3].tolist()]
    assert repr(both) == "ConcatDataset: 20 samples of 2 datasets"


# What is fast


def test_a_dataset_is_fast_only_where_a_batch_is_its_samples():
    class Own(Spiral):
        def __getitem__(self, index):
            return super().__getitem__(index)

    class Listed(Dataset):
        def prepare(self):
            self.data = [1, 2]

    assert at_once(Spiral())
    assert not at_once(Spiral(transform=abs))
    assert not at_once(Spiral(target_transform=abs))
    assert not at_once(Own())
    assert not at_once(Listed())
    assert not at_once([1, 2])


def test_pixels_are_numbers_from_0_to_1_kept_as_bytes():
    values = np.arange(256, dtype=np.uint8).reshape(4, 1, 8, 8)
    images = Pixels(values)
    assert np.array_equal(np.asarray(images), values.astype(np.float32) / 255)
    assert np.asarray(images, np.float64).dtype == np.float64
    for index in (2, slice(1, 3), [3, 0], np.array([True, False, True, False])):
        assert images[index].dtype == np.float32
        assert np.array_equal(images[index], values[index].astype(np.float32) / 255)
    assert (len(images), images.ndim, images.shape, images.dtype) == (4, 4, (4, 1, 8, 8), np.float32)
    assert "kept as bytes" in repr(images)
    (x,) = next(iter(DataLoader((images,), 4, shuffle=False)))
    assert np.array_equal(x, np.asarray(images))
