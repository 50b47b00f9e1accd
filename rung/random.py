"""Random numbers from generators that Rung owns; NumPy's global generator is never read or reseeded."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rung.errors import ValueRangeError

_generators: dict[Any, Any] = {}
_seed: int | None = None


def seed(value: int | None) -> None:
    """Start every generator afresh from one number; None takes entropy from the system.

    >>> import rung
    >>> seed(0); a = generator().random()
    >>> seed(0); a == generator().random()
    True
    """
    if value is not None and (not isinstance(value, int) or value < 0):
        raise ValueRangeError(f"seed: expected an integer of at least 0, or None, but got {value!r}")
    _restart(value, {})


def generator(xp: Any = np) -> Any:
    """The generator that draws arrays of the given library."""
    if xp not in _generators:
        _generators[xp] = xp.random.default_rng(_seed)
    return _generators[xp]


@contextmanager
def forked(seed: int) -> Iterator[None]:
    """Run a block with generators of its own, all started from one number; what was drawn before goes on after it."""
    outside = _generators.copy(), _seed
    _restart(seed, {})
    try:
        yield
    finally:
        _restart(outside[1], outside[0])


def _restart(seed: int | None, generators: dict[Any, Any]) -> None:
    global _seed
    _seed = seed
    _generators.clear()
    _generators.update(generators)


def get_state() -> dict[str, Any]:
    """A snapshot of NumPy's generator, to continue from later with `set_state`."""
    return copy.deepcopy(generator().bit_generator.state)  # type: ignore[no-any-return]


def set_state(state: dict[str, Any]) -> None:
    """Continue from a snapshot that `get_state` took."""
    generator().bit_generator.state = copy.deepcopy(state)
