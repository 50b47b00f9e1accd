"""Batches: every sample once an epoch, whatever the loop does; orders that can be repeated; fast equals slow."""

import numpy as np
import pytest

import rung
from rung import random
from rung.dataloaders import DataLoader
from rung.dataloaders import loader as loader_module
from rung.datasets import Dataset, Spiral
from rung.errors import DTypeError, ShapeError, ValueRangeError

X = np.arange(20, dtype=np.float32).reshape(10, 2)
T = np.arange(10)


class Arrays(Dataset):
    """Ten samples held as arrays."""

    def prepare(self):
        self.data, self.label = X, T


class SampleBySample:
    """No `Dataset`, just samples by number."""

    def __len__(self):
        return 10

    def __getitem__(self, i):
        assert type(i) is int
        return X[i], T[i]


def labels(loader):
    return [t.tolist() for _, t in loader]


def flat(batches):
    return [t for batch in batches for t in batch]


@pytest.mark.parametrize("dataset", [(X, T), SampleBySample(), Arrays(), list(zip(X, T, strict=True))])
def test_an_epoch_gives_every_sample_once(dataset):
    loader = DataLoader(dataset, 3)
    assert len(loader) == 4
    batches = list(loader)
    assert [len(t) for _, t in batches] == [3, 3, 3, 1]
    assert sorted(flat(t.tolist() for _, t in batches)) == list(range(10))
    for x, t in batches:
        assert type(x) is type(t) is np.ndarray
        assert x.dtype == np.float32
        assert t.dtype == T.dtype
        assert np.array_equal(x, X[t])


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_fast_path_equals_the_slow_path(shuffle):
    ds = Spiral()
    batches = [
        list(DataLoader(source, 32, shuffle=shuffle, seed=4))
        for source in (ds, (ds.data, ds.label), [ds[i] for i in range(len(ds))], Spiral(transform=lambda x: x))
    ]
    for other in batches[1:]:
        for (x, t), (other_x, other_t) in zip(batches[0], other, strict=True):
            assert x.dtype == other_x.dtype
            assert t.dtype == other_t.dtype
            assert np.array_equal(x, other_x)
            assert np.array_equal(t, other_t)


def test_a_dataset_of_arrays_is_indexed_once_for_each_batch(monkeypatch):
    asked = []
    get = Dataset.__getitem__
    monkeypatch.setattr(Dataset, "__getitem__", lambda self, index: (asked.append(index), get(self, index))[1])
    list(DataLoader(Arrays(), 5, shuffle=False))
    assert [index.tolist() for index in asked] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_a_dataset_with_its_own_getitem_is_asked_sample_by_sample():
    class Noisy(Spiral):
        def __getitem__(self, index):
            assert type(index) is int
            x, t = super().__getitem__(index)
            return x + 1, t

    ds = Noisy()
    x, _ = next(iter(DataLoader(ds, 10, shuffle=False)))
    assert np.array_equal(x, ds.data[:10] + 1)


def test_transforms_are_applied():
    loader = DataLoader(Spiral(transform=lambda x: np.append(x, 0), target_transform=lambda t: t + 5), 300)
    x, t = next(iter(loader))
    assert x.shape == (300, 3)
    assert set(t.tolist()) == {5, 6, 7}


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_batch_is_a_copy(shuffle):
    data = np.zeros((4, 2))
    for x, _ in DataLoader((data, np.zeros(4)), 2, shuffle=shuffle):
        x += 1
    assert not data.any()


# Epochs


def test_leaving_an_epoch_early_does_not_shorten_the_next():
    loader = DataLoader((X, T), 1)
    for _ in loader:
        break
    assert sorted(flat(labels(loader))) == list(range(10))


def test_two_nested_loops_over_one_loader_see_every_pair():
    loader = DataLoader((X, T), 4)
    pairs = [(i, j) for _, a in loader for i in a for _, b in loader for j in b]
    assert len(pairs) == len(set(pairs)) == 100


def test_iterators_of_one_loader_are_independent():
    loader = DataLoader((X, T), 2, shuffle=False)
    first, second = iter(loader), iter(loader)
    assert first is not second
    assert next(first)[1].tolist() == next(second)[1].tolist() == [0, 1]
    assert next(first)[1].tolist() == [2, 3]


def test_without_shuffle_the_order_is_the_datasets():
    loader = DataLoader((X, T), 4, shuffle=False)
    assert labels(loader) == labels(loader) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_drop_last_leaves_out_the_rest():
    loader = DataLoader((X, T), 4, drop_last=True)
    assert len(loader) == 2
    assert [len(t) for t in labels(loader)] == [4, 4]
    assert len(DataLoader((X, T), 5, drop_last=True)) == len(DataLoader((X, T), 5)) == 2
    assert list(DataLoader((X, T), 11, drop_last=True)) == []


# Orders


def test_a_seed_gives_the_same_epochs_again_and_each_epoch_another_order():
    one, two = DataLoader((X, T), 3, seed=7), DataLoader((X, T), 3, seed=7)
    epochs = [labels(one) for _ in range(3)]
    random.generator().random(5)  # nothing to do with it
    assert [labels(two) for _ in range(3)] == epochs
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]
    assert labels(DataLoader((X, T), 3, seed=8)) != epochs[0]


def test_an_epoch_that_was_left_early_does_not_change_the_order_of_the_next():
    left, whole = DataLoader((X, T), 3, seed=7), DataLoader((X, T), 3, seed=7)
    for _ in left:
        break
    list(whole)
    assert labels(left) == labels(whole)


def test_a_run_continues_from_an_epoch():
    loader = DataLoader((X, T), 3, seed=7)
    epochs = [labels(loader) for _ in range(4)]
    again = DataLoader((X, T), 3, seed=7)
    again.epoch = 2
    assert [labels(again), labels(again)] == epochs[2:]


def test_without_a_seed_the_order_comes_from_rungs_generator_and_not_numpys():
    state = np.random.get_state()[1].tolist()
    rung.seed(3)
    first = labels(DataLoader((X, T), 3))
    second = labels(DataLoader((X, T), 3))
    rung.seed(3)
    assert labels(DataLoader((X, T), 3)) == first != second
    assert np.random.get_state()[1].tolist() == state
    rung.seed(None)


# Edges


@pytest.mark.parametrize("dataset", [(X[:0], T[:0]), [], ()])
def test_an_empty_dataset_gives_no_batches(dataset):
    loader = DataLoader(dataset, 4)
    assert len(loader) == 0
    assert list(loader) == []


def test_labels_may_be_missing():
    class Unlabelled(Dataset):
        def prepare(self):
            self.data = X

    for dataset in (Unlabelled(), [(x, None) for x in X]):
        for x, t in DataLoader(dataset, 5):
            assert x.shape == (5, 2)
            assert t is None


def test_samples_that_are_no_pairs_give_one_array():
    assert [x.tolist() for x in DataLoader([1, 2, 3], 2, shuffle=False)] == [[1, 2], [3]]
    assert [x.shape for x in DataLoader(X, 5)] == [(5, 2), (5, 2)]


def test_three_arrays_give_three():
    a, b, c = next(iter(DataLoader((X, T, T * 2), 10)))
    assert np.array_equal(X[b], a)
    assert np.array_equal(2 * b, c)


def test_a_file_in_memory_map_is_indexed_as_an_array(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    x, t = next(iter(DataLoader((mapped, T), 10)))
    assert type(x) is np.ndarray
    assert np.array_equal(x, X[t])


def test_an_array_of_objects_is_stacked():
    ragged = np.empty(2, object)
    ragged[:] = [np.zeros(3), np.ones(3)]
    assert next(iter(DataLoader(ragged, 2, shuffle=False))).tolist() == [[0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "3", None])
def test_a_batch_size_below_one_is_refused(size):
    with pytest.raises(ValueRangeError, match="expected batch_size to be an integer of at least 1, but got"):
        DataLoader((X, T), size)


def test_any_integer_is_a_batch_size():
    assert len(DataLoader((X, T), np.int64(3), seed=np.uint8(1), num_workers=np.int32(0), prefetch=np.int64(2))) == 4


def test_arrays_in_a_list_are_told_from_samples():
    with pytest.raises(DTypeError, match="but got a list of 2 arrays of one length, .* make it a tuple"):
        DataLoader([X, T], 8)
    assert next(iter(DataLoader([X[0], X[1]], 2))).shape == (2, *X[0].shape)
    assert len(DataLoader([X, T], 2, collate=list)) == 1


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueRangeError, match="seed"):
        DataLoader((X, T), 2, seed=-1)


def test_what_is_no_dataset_is_refused():
    with pytest.raises(DTypeError, match="but got generator"):
        DataLoader((x for x in X), 2)
    with pytest.raises(ShapeError, match=r"float32 \(10, 2\), int64 \(9,\)"):
        DataLoader((X, T[:9]), 2)
    with pytest.raises(ShapeError, match="first axes"):
        DataLoader((np.array(1.0), np.array(2.0)), 2)


def test_samples_of_different_shapes_are_an_error():
    with pytest.raises(ShapeError, match=r"\(2,\) and \(3,\)"):
        list(DataLoader([(np.zeros(2), 0), (np.zeros(3), 1)], 2))


# Devices


class OnDevice:
    """Stands in for an array on a GPU."""

    def __init__(self, array):
        self.array = array


def test_batches_go_to_the_gpu_on_demand(monkeypatch):
    monkeypatch.setattr(loader_module, "as_cupy", OnDevice)
    loader = DataLoader((X, T), 5, True, True)  # the book's order of arguments
    assert all(type(part) is OnDevice for batch in loader for part in batch)
    loader.to_cpu()
    assert all(type(part) is np.ndarray for batch in loader for part in batch)
    loader.to_gpu()
    x, t = next(iter(loader))
    assert np.array_equal(x.array, X[t.array])
