"""Generators that Rung owns: seeds, forks, and a snapshot that is right or refused."""

import copy
import types

import numpy as np
import pytest

import rung
from rung.errors import ValueRangeError
from rung.random import draw_seed, forked, generator, get_state, set_state


class DeviceGenerator:
    """As CuPy's: its state is an array, under a private name alone."""

    def __init__(self, seed):
        self.bit_generator = self
        self._state = np.full(4, seed or 0, np.int8)

    def random(self):
        self._state += 1
        return int(self._state.sum())


def library(name="device"):
    module = types.ModuleType(name)
    module.random = types.SimpleNamespace(default_rng=DeviceGenerator)
    return module


@pytest.fixture(autouse=True)
def _started():
    rung.seed(3)


def test_the_generators_of_all_libraries_come_back():
    device = library()
    generator().random()
    generator(device).random()
    state = get_state()
    drawn = [(generator().random(), generator(device).random(), draw_seed()) for _ in range(3)]
    set_state(state)
    assert [(generator().random(), generator(device).random(), draw_seed()) for _ in range(3)] == drawn


def test_a_library_that_is_first_used_after_the_resume_goes_on_too():
    device = library()
    generator(device).random()
    state = get_state()
    expected = generator(device).random()
    rung.seed(99)
    set_state(copy.deepcopy(state))
    assert get_state()["generators"].keys() == state["generators"].keys()  # also in the next checkpoint
    later = library()
    assert generator(later).random() == expected


def test_a_generator_that_is_made_after_the_snapshot_starts_again():
    state = get_state()
    first = generator().random()
    set_state(state)
    assert generator().random() == first


def test_drawn_seeds_differ_and_leave_the_generators_alone():
    state = copy.deepcopy(get_state())
    assert len({draw_seed() for _ in range(5)}) == 5
    first = generator().random()
    set_state(state)
    assert generator().random() == first


def test_a_fork_draws_seeds_of_its_own():
    with forked(7):
        inside = draw_seed()
    with forked(7):
        assert draw_seed() == inside
    assert get_state()["drawn"] == 0


def test_without_a_seed_a_snapshot_is_as_good():
    rung.seed(None)
    state = get_state()
    drawn = draw_seed(), generator().random()
    rung.seed(3)
    set_state(state)
    assert (draw_seed(), generator().random()) == drawn


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.clear(),
        lambda state: state.update(a=1),
        lambda state: state.update(start=None),
        lambda state: state.update(drawn=-1),
        lambda state: state.update(drawn=True),
        lambda state: state.update(generators=[1]),
        lambda state: state["generators"].update(numpy={"a": 1}),
        lambda state: state["generators"]["numpy"].update(bit_generator="MT19937"),
        lambda state: state["generators"].update(device=np.zeros(3, np.int8)),
        lambda state: state["generators"].update(device="junk"),
    ],
)
def test_what_is_no_snapshot_is_refused_and_changes_nothing(change):
    device = library()
    generator().random()
    generator(device).random()
    before = copy.deepcopy(get_state())
    state = copy.deepcopy(before)
    change(state)
    with pytest.raises(ValueRangeError, match="set_state: "):
        set_state(state)
    after = get_state()
    np.testing.assert_equal(after, before)
