"""Orders of an epoch: samplers, and several readers of one long sequence; batches that are put together otherwise."""

import numpy as np
import pytest
from dataloaders import samples

from rung.dataloaders import DataLoader, SeqDataLoader, WeightedSampler
from rung.datasets import SinCurve
from rung.errors import DTypeError, IndexRangeError, ShapeError, ValueRangeError

X = np.arange(10)


def flat(loader):
    return [int(x) for batch in loader for x in batch]


# Samplers


def test_a_sampler_that_is_looped_over_gives_the_order():
    loader = DataLoader(X, 2, sampler=[3, 1, 1, 9, 0])
    assert len(loader) == 3
    assert [batch.tolist() for batch in loader] == [[3, 1], [1, 9], [0]]
    assert flat(loader) == [3, 1, 1, 9, 0]
    assert len(DataLoader(X, 2, sampler=[3, 1, 1], drop_last=True)) == 1


def test_a_sampler_that_is_a_function_gets_a_generator_of_the_epoch():
    loader = DataLoader(X, 3, seed=1, sampler=lambda generator: generator.integers(10, size=6))
    assert len(loader) == 2
    first, second = flat(loader), flat(loader)
    assert first != second
    loader.epoch = 0
    assert [flat(loader), flat(loader)] == [first, second]


def test_a_weighted_sampler_draws_in_proportion():
    sampler = WeightedSampler([1, 0, 2, 7], count=20_000)
    drawn = np.bincount(flat(DataLoader(X[:4], 1000, seed=0, sampler=sampler)), minlength=4)
    assert drawn[1] == 0
    assert np.allclose(drawn / 20_000, [0.1, 0, 0.2, 0.7], atol=0.02)


def test_a_weighted_sampler_without_replacement_gives_each_sample_once():
    sampler = WeightedSampler(np.arange(10), count=9, replacement=False)
    assert sorted(flat(DataLoader(X, 4, sampler=sampler))) == list(range(1, 10))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [np.nan, 1], [np.inf, 1]])
def test_weights_that_are_no_distribution_are_refused(weights):
    with pytest.raises(ValueRangeError, match="weights of at least 0 and not all 0"):
        WeightedSampler(weights)


def test_a_count_that_cannot_be_drawn_is_refused():
    with pytest.raises(ShapeError, match=r"weights of shape \(n,\)"):
        WeightedSampler([[1, 2]])
    with pytest.raises(ValueRangeError, match="at least 1, but got 0"):
        WeightedSampler([1], count=0)
    with pytest.raises(ValueRangeError, match="1 to 2, as many as have a weight above 0, but got 3"):
        WeightedSampler([1, 0, 2], replacement=False)


@pytest.mark.parametrize(("order", "error"), [([10], IndexRangeError), ([-1], IndexRangeError), ([0.5], DTypeError)])
def test_numbers_that_name_no_sample_are_refused(order, error):
    with pytest.raises(error, match="sampler: expected .*numbers"):
        list(DataLoader(X, 2, sampler=order))


def test_what_is_no_sampler_is_refused():
    for sampler in (3, (i for i in X)):
        with pytest.raises(
            DTypeError, match="expected sampler to be a function of a generator, or anything with a length"
        ):
            DataLoader(X, 2, sampler=sampler)


# Collating


def test_an_own_collate_gets_the_list_of_samples():
    loader = DataLoader(samples.Squares(4), 3, shuffle=False, collate=samples.as_dict)
    first, last = loader
    assert first["x"].tolist() == [0, 1, 2]
    assert last["t"].tolist() == [9]
    ragged = [np.zeros(2), np.zeros(3)]
    assert [len(x) for x in next(iter(DataLoader(ragged, 2, shuffle=False, collate=list)))] == [2, 3]


@pytest.mark.parametrize(
    ("option", "value"),
    [("num_workers", -1), ("num_workers", 1.5), ("prefetch", 0), ("timeout", 0), ("timeout", float("nan"))],
)
def test_options_that_make_no_sense_are_refused(option, value):
    with pytest.raises(ValueRangeError, match=f"DataLoader: expected {option}"):
        DataLoader(X, 2, **{option: value})


# Sequences


def test_every_row_goes_on_where_it_stopped():
    loader = SeqDataLoader(np.arange(23), 4)
    batches = [batch.tolist() for batch in loader]
    assert len(loader) == len(batches) == 5
    assert batches == [[k, 5 + k, 10 + k, 15 + k] for k in range(5)]
    assert [batch.tolist() for batch in loader] == batches  # each epoch from the beginning


def test_no_sample_comes_twice():
    seen = [x for batch in SeqDataLoader(np.arange(999), 30) for x in batch.tolist()]
    assert len(seen) == len(set(seen)) == 990


def test_the_next_value_is_the_label():
    previous = None
    for x, t in SeqDataLoader(SinCurve(), 30):
        assert previous is None or np.array_equal(x, previous)
        previous = t


def test_a_sequence_shorter_than_a_batch_is_refused():
    with pytest.raises(ValueRangeError, match="3 samples for a batch_size of 4"):
        SeqDataLoader(np.arange(3), 4)
    with pytest.raises(ValueRangeError, match="expected no sampler"):
        SeqDataLoader(np.arange(3), 2, sampler=[1])
    assert list(SeqDataLoader(np.arange(0), 4)) == []
