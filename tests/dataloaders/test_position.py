"""Going on in the middle of an epoch: bit for bit what would have come, with a seed and without."""

import json

import numpy as np
import pytest
from dataloaders import samples

import rung
from rung.dataloaders import DataLoader, SeqDataLoader, WeightedSampler
from rung.errors import ValueRangeError

LOADERS = {
    "seed": lambda **options: DataLoader(samples.Noisy(), 7, seed=3, **options),
    "no seed": lambda **options: DataLoader(samples.Noisy(), 7, **options),
    "no shuffle": lambda **options: DataLoader(samples.Noisy(), 7, shuffle=False, **options),
    "drop_last": lambda **options: DataLoader(samples.Noisy(), 7, drop_last=True, **options),
    "weighted": lambda **options: DataLoader(samples.Noisy(), 7, sampler=WeightedSampler(np.arange(40)), **options),
    "sequential": lambda **options: SeqDataLoader(samples.Noisy(), 7, **options),
    "workers": lambda **options: DataLoader(samples.Noisy(), 7, num_workers=2, **options),
}


def as_bytes(batch):
    return b"".join(part.tobytes() for part in batch)


def steps(loader, count):
    """So many batches, over the ends of epochs."""
    given = []
    while len(given) < count:
        for batch in loader:
            given.append(as_bytes(batch))
            if len(given) == count:
                break
    return given


# Six batches make an epoch, or five: stops in the middle, before and after an end, and in the next epoch.
STOPS = [(kind, stop) for kind in LOADERS for stop in ([4, 9] if kind == "workers" else [0, 1, 4, 5, 6, 9])]


@pytest.mark.parametrize(("kind", "stop"), STOPS)
def test_a_run_that_was_interrupted_goes_on_bit_for_bit(kind, stop):
    loader = LOADERS[kind]()
    state = loader.state_dict()
    whole = steps(loader, 17)

    first = LOADERS[kind]()
    first.load_state_dict(state)
    before = steps(first, stop)
    saved = json.loads(json.dumps(first.state_dict()))
    first.close()

    rung.seed(77)  # nothing of the old process is left
    second = LOADERS[kind]()
    second.load_state_dict(saved)
    assert before + steps(second, 17 - stop) == whole
    loader.close()
    second.close()


def test_a_state_can_be_taken_within_the_loop():
    loader = DataLoader(samples.Noisy(), 7, seed=3)
    states, rests = [loader.state_dict()], []
    for batch in loader:
        rests.append(as_bytes(batch))
        states.append(loader.state_dict())
    for number, state in enumerate(states[:-1]):
        again = DataLoader(samples.Noisy(), 7)
        again.load_state_dict(state)
        assert [as_bytes(batch) for batch in again] == rests[number:]
        assert again.epoch == 1
    assert (loader.state_dict()["epoch"], loader.state_dict()["batch"]) == (1, 0)


def test_after_the_last_batch_the_rest_of_the_loop_is_empty_and_the_next_is_the_next():
    """So a training loop that was stopped there does what comes after an epoch, and no epoch twice."""
    loader = DataLoader(samples.Noisy(), 7, seed=3)
    for _ in loader:
        last = loader.state_dict()
    following = [as_bytes(batch) for batch in loader]
    again = DataLoader(samples.Noisy(), 7)
    again.load_state_dict(last)
    assert list(again) == []
    assert [as_bytes(batch) for batch in again] == following


def test_batches_that_were_read_ahead_do_not_count():
    loader = DataLoader(samples.Squares(), 4, num_workers=2, prefetch=6)
    next(iter(loader))
    assert loader.state_dict()["batch"] == 1
    loader.close()


def test_the_orders_of_a_sampler_that_is_looped_over_are_part_of_the_state():
    generator = np.random.default_rng(0)

    class Orders:
        """Another order each time, from a generator of its own."""

        def __len__(self):
            return 40

        def __iter__(self):
            return iter(generator.permutation(40).tolist())

    loader = DataLoader(samples.Squares(), 7, sampler=Orders())
    batches = iter(loader)
    next(batches)
    state = json.loads(json.dumps(loader.state_dict()))
    rest = [as_bytes(batch) for batch in batches]
    again = DataLoader(samples.Squares(), 7, sampler=Orders())
    again.load_state_dict(state)
    assert [as_bytes(batch) for batch in again] == rest
    assert again.state_dict()["order"] is None


def test_after_two_loops_at_once_the_one_that_moved_last_counts():
    loader = DataLoader(samples.Squares(), 7, seed=0)
    one, two = iter(loader), iter(loader)
    next(one), next(two), next(two)
    assert (loader.state_dict()["epoch"], loader.state_dict()["batch"]) == (1, 2)
    next(one)
    assert (loader.state_dict()["epoch"], loader.state_dict()["batch"]) == (0, 2)
    assert loader.epoch == 2


def test_setting_the_epoch_forgets_the_place_in_it():
    loader = DataLoader(samples.Squares(), 7, seed=0)
    next(iter(loader))
    loader.epoch = 5
    assert (loader.state_dict()["epoch"], loader.state_dict()["batch"]) == (5, 0)
    with pytest.raises(ValueRangeError, match="expected epoch to be an integer of at least 0"):
        loader.epoch = -1


def backwards(generator):
    return range(39, -1, -1)


def test_a_state_of_another_loader_is_refused():
    begun = DataLoader(samples.Squares(), 7, seed=0)
    next(iter(begun))
    state = begun.state_dict()
    others = {
        "samples 39": DataLoader(samples.Squares(39), 7),
        "batch_size 8": DataLoader(samples.Squares(), 8),
        "shuffle False": DataLoader(samples.Squares(), 7, shuffle=False),
        "drop_last True": DataLoader(samples.Squares(), 7, drop_last=True),
        "kind SeqDataLoader": SeqDataLoader(samples.Squares(), 7),
        "sampler WeightedSampler": DataLoader(samples.Squares(), 7, sampler=WeightedSampler(np.ones(40))),
        "sampler backwards": DataLoader(samples.Squares(), 7, sampler=backwards),
    }
    for name, loader in others.items():
        with pytest.raises(ValueRangeError, match=f"expected a state with {name}, but got"):
            loader.load_state_dict(state)
    in_order = DataLoader(samples.Squares(), 7, shuffle=False).state_dict()  # at the start of an epoch
    with pytest.raises(ValueRangeError, match="expected a state with kind SeqDataLoader, but got DataLoader"):
        SeqDataLoader(samples.Squares(), 7).load_state_dict(in_order)
    loader = DataLoader(samples.Squares(), 7)
    with pytest.raises(ValueRangeError, match="expected a state with batch, batch_size, .*, but it lacks them"):
        loader.load_state_dict({})
    for name, value in {"epoch": -1, "batch": "2", "seed": None}.items():
        with pytest.raises(ValueRangeError, match=f"expected {name} to be an integer of at least"):
            loader.load_state_dict(state | {name: value})


def test_an_epoch_may_begin_with_batches_of_another_size():
    loader = DataLoader(samples.Squares(), 7, seed=0)
    for _ in loader:
        pass
    other = DataLoader(samples.Squares(), 5, drop_last=True)
    other.load_state_dict(loader.state_dict())
    assert other.epoch == 1
    assert [len(x) for x, _ in other] == [5] * 8
    with pytest.raises(ValueRangeError, match="samples 39"):
        DataLoader(samples.Squares(39), 7).load_state_dict(loader.state_dict())


def test_a_seed_is_drawn_without_any_effect_on_other_draws():
    rung.seed(1)
    expected = rung.random.generator().random(3).tolist()
    rung.seed(1)
    loaders = [DataLoader(samples.Squares(), 4) for _ in range(2)]
    for loader in loaders:
        list(loader)
    assert rung.random.generator().random(3).tolist() == expected
    assert loaders[0].seed != loaders[1].seed
