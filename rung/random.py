"""Random numbers from generators that Rung owns; NumPy's global generator is never read or reseeded."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from rung.shapes import checked_integer

_everybody: tuple[dict[Any, Any], list[int | None]] = ({}, [None])
_source = ContextVar("rung_random", default=_everybody)  # the generators of each library, and what they start from


def seed(value: int | None) -> None:
    """Start every generator afresh from one number; None takes entropy from the system.

    >>> import rung
    >>> seed(0); a = generator().random()
    >>> seed(0); a == generator().random()
    True
    """
    number = None if value is None else checked_integer("seed", "value", value, least=0)
    generators, start = _source.get()
    generators.clear()
    start[0] = number


def generator(xp: Any = np, lasting: bool = False) -> Any:
    """The generator that draws arrays of the given library; a lasting draw, of weights, is never from a fork."""
    generators, start = _everybody if lasting else _source.get()
    if xp not in generators:
        generators[xp] = xp.random.default_rng(start[0])
    return generators[xp]


@contextmanager
def forked(seed: int) -> Iterator[None]:
    """Run a block with generators of its own, all started from one number; what was drawn before goes on after it."""
    token = _source.set(({}, [seed]))
    try:
        yield
    finally:
        _source.reset(token)


def get_state() -> dict[str, Any]:
    """A snapshot of NumPy's generator, to continue from later with `set_state`."""
    return copy.deepcopy(generator().bit_generator.state)  # type: ignore[no-any-return]


def set_state(state: dict[str, Any]) -> None:
    """Continue from a snapshot that `get_state` took."""
    generator().bit_generator.state = copy.deepcopy(state)
