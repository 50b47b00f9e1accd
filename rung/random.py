"""Random numbers from generators that Rung owns; NumPy's global generator is never read or reseeded."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from rung.cuda import get_array_module
from rung.errors import ValueRangeError, describe
from rung.shapes import checked_integer


class _Source:
    """The generators of each array library, and what they start from."""

    def __init__(self, start: int | None = None):
        self.restart(start)

    def restart(self, start: int | None) -> None:
        self.chosen = start
        self.drawn = 0  # how many seeds were given away
        self.generators: dict[Any, Any] = {}  # by library
        self.awaited: dict[str, Any] = {}  # states for the generators of libraries that were not used so far

    @property
    def start(self) -> int:
        """The number that all start from; where nobody has chosen one, it comes from the system, and is kept."""
        if self.chosen is None:
            self.chosen = int(np.random.SeedSequence().entropy)  # type: ignore[arg-type]
        return self.chosen

    def generator(self, xp: Any) -> Any:
        if xp not in self.generators:
            made = xp.random.default_rng(self.start)
            if xp.__name__ in self.awaited:
                _set_bits(made, self.awaited.pop(xp.__name__))
            self.generators[xp] = made
        return self.generators[xp]

    def draw_seed(self) -> int:
        sequence = np.random.SeedSequence(self.start, spawn_key=(self.drawn,))
        self.drawn += 1
        return int(sequence.generate_state(1, np.uint64)[0])


_everybody = _Source()
_source = ContextVar("rung_random", default=_everybody)


def seed(value: int | None) -> None:
    """Start every generator afresh from one number; None takes entropy from the system.

    >>> import rung
    >>> seed(0); a = generator().random()
    >>> seed(0); a == generator().random()
    True
    """
    _source.get().restart(None if value is None else checked_integer("seed", "value", value, least=0))


def generator(xp: Any = np, lasting: bool = False) -> Any:
    """The generator that draws arrays of the given library; a lasting draw, of weights, is never from a fork."""
    return (_everybody if lasting else _source.get()).generator(xp)


def draw_seed() -> int:
    """A seed that is another one at each call, without any effect on what generators draw.

    >>> seed(0); first = draw_seed(); first == draw_seed()
    False
    >>> seed(0); first == draw_seed()
    True
    """
    return _source.get().draw_seed()


@contextmanager
def forked(seed: int) -> Iterator[None]:
    """Run a block with generators of its own, all started from one number; what was drawn before goes on after it."""
    token = _source.set(_Source(seed))
    try:
        yield
    finally:
        _source.reset(token)


# Saving ------------------------------------------------------------------------------------------------------------


def get_state() -> dict[str, Any]:
    """A snapshot of all generators, of every library, to continue from later with `set_state`.

    >>> state = get_state(); a = generator().random()
    >>> set_state(state); a == generator().random()
    True
    """
    source = _source.get()
    bits = {xp.__name__: _bits(made) for xp, made in source.generators.items()}
    return {"start": source.start, "drawn": source.drawn, "generators": {**source.awaited, **bits}}


def set_state(state: dict[str, Any]) -> None:
    """Continue from a snapshot that `get_state` took; it is checked before anything changes.

    Raises:
        ValueRangeError: it is no such snapshot.
    """
    start, drawn, bits = _checked(state)
    source = _source.get()
    for xp in [xp for xp in source.generators if xp.__name__ not in bits]:
        del source.generators[xp]  # it was first used after the snapshot
    for xp, made in source.generators.items():
        _set_bits(made, bits.pop(xp.__name__))
    source.chosen, source.drawn, source.awaited = start, drawn, bits


def _checked(state: Any) -> tuple[int, int, dict[str, Any]]:
    if not isinstance(state, dict) or state.keys() != {"start", "drawn", "generators"}:
        raise ValueRangeError(f"set_state: expected what get_state gave, but got {describe(state)}")
    for name in ("start", "drawn"):
        if type(state[name]) is not int or state[name] < 0:
            raise ValueRangeError(f"set_state: {name} must be an integer of at least 0, but got {state[name]!r}")
    if not isinstance(state["generators"], dict) or not all(isinstance(name, str) for name in state["generators"]):
        raise ValueRangeError("set_state: expected the states of generators by the name of their library")
    made = {xp.__name__: xp for xp in (np, *_source.get().generators)}
    for name in state["generators"].keys() & made.keys():
        try:
            _set_bits(made[name].random.default_rng(0), state["generators"][name])
        except Exception as error:
            raise ValueRangeError(f"set_state: the state of the generator of {name} is none: {error!r}") from error
    return state["start"], state["drawn"], dict(state["generators"])


def _bits(made: Any) -> Any:
    """The state of a generator: a dict of NumPy's, an array of CuPy's, which has no other name for it."""
    bits = made.bit_generator
    return bits._state.copy() if hasattr(bits, "_state") else copy.deepcopy(bits.state)


def _set_bits(made: Any, state: Any) -> None:
    bits = made.bit_generator
    if not hasattr(bits, "_state"):
        bits.state = copy.deepcopy(state)
    elif state.shape != bits._state.shape or state.dtype != bits._state.dtype:
        raise ValueRangeError(f"set_state: expected {describe(bits._state)}, but got {describe(state)}")
    else:
        bits._state[...] = get_array_module(bits._state).asarray(state)
