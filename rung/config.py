"""The modes that code runs in: recording or not, training or testing, debugging.

A mode is an immutable object in a `ContextVar`, so two threads (or two asyncio tasks) never see one another's
`no_grad`, and an exception cannot leave a mode behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from rung.errors import DTypeError, ValueRangeError, message


class Mode:
    """An immutable set of switches; `changed` makes a copy with some of them turned."""

    __slots__ = (
        "_unwatched",
        "create_graph",
        "debug",
        "dtype",
        "enable_backprop",
        "passes",
        "raw",
        "reads",
        "special",
        "train",
        "watcher",
    )

    enable_backprop: bool  # record the graph
    train: bool  # dropout and batch statistics are on
    debug: bool  # check every result and every saved array
    raw: bool  # inside a plain backward: functions of arrays give arrays
    passes: tuple[Any, ...]  # what handles every call of an op instead (forward mode), the innermost last
    create_graph: bool  # what `create_graph` is where the caller does not say
    dtype: np.dtype[Any]  # of new parameters
    reads: Any  # who is told what every op reads (a checkpoint), or None
    watcher: Any  # who is told what happens (a recorder: see core/watch.py), or None
    special: bool  # derived: a call has more to do than compute and record
    _unwatched: Any

    def __init__(self, **switches: Any):
        switches["special"] = bool(
            switches["reads"] or switches["raw"] or switches["debug"] or switches["passes"] or switches["watcher"]
        )
        switches["_unwatched"] = None
        put = object.__setattr__
        for name, value in switches.items():
            put(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a mode is immutable: use rung.using_config(name, value)")

    @property
    def unwatched(self) -> Mode:
        """The same, with nobody looking on; made once, for it is wanted at every call that somebody looks at."""
        if self._unwatched is None:
            object.__setattr__(self, "_unwatched", self.changed(watcher=None))
        return self._unwatched  # type: ignore[no-any-return]

    def changed(self, **switches: Any) -> Mode:
        return Mode(**{name: getattr(self, name) for name in self.__slots__} | switches)


_mode: ContextVar[Mode] = ContextVar(
    "rung_mode",
    default=Mode(
        enable_backprop=True,
        train=True,
        debug=False,
        raw=False,
        passes=(),
        reads=None,
        watcher=None,
        create_graph=False,
        dtype=np.dtype(np.float32),
    ),
)

current_mode = _mode.get
set_mode, reset_mode = _mode.set, _mode.reset  # for those who cannot afford the context `mode`


@contextmanager
def mode(**switches: Any) -> Iterator[None]:
    """Run a block in the current mode with some switches turned."""
    token = _mode.set(_mode.get().changed(**switches))
    try:
        yield
    finally:
        _mode.reset(token)


PUBLIC_SWITCHES = ("enable_backprop", "train", "debug")


def using_config(name: str, value: bool) -> Any:
    """Turn one switch for a block: ``enable_backprop``, ``train`` or ``debug``.

    >>> with using_config("train", False):
    ...     Config.train
    False
    """
    if name not in PUBLIC_SWITCHES:
        raise ValueRangeError(f"using_config: expected one of {', '.join(PUBLIC_SWITCHES)}, but got {name!r}")
    return mode(**{name: bool(value)})


def no_grad() -> Any:
    """Compute without recording: what is made inside is a constant.

    As every mode, it is the context's own: other threads do not see it, and what is changed inside the block ends
    with the block. A generator that yields inside shares its caller's context, so end the block before a `yield`.

    >>> import rung
    >>> x = rung.Variable(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.creator is None
    True
    """
    return mode(enable_backprop=False)


def test_mode() -> Any:
    """Run layers as in use, not as in training: dropout passes everything through."""
    return mode(train=False)


test_mode.__test__ = False  # type: ignore[attr-defined]  # the book's name; not a test for pytest


def debug() -> Any:
    """Check everything, slowly.

    The op that makes the first NaN or infinity is a `NanError`; every saved array is fingerprinted, so that a
    write through *any* handle to it between forward and backward is a `MutationError`.
    """
    return mode(debug=True)


class _Config:
    """Reads the switches of the current context; assigning turns one for the rest of the context."""

    def __getattr__(self, name: str) -> bool:
        if name not in PUBLIC_SWITCHES:
            raise AttributeError(f"Config has {', '.join(PUBLIC_SWITCHES)}, but not {name}")
        return bool(getattr(_mode.get(), name))

    def __setattr__(self, name: str, value: bool) -> None:
        self.__getattr__(name)
        _mode.set(_mode.get().changed(**{name: bool(value)}))


Config = _Config()


def set_default_dtype(dtype: Any) -> None:
    """Choose the dtype of parameters made from here on (float32 at the start), in this context.

    A new thread starts with float32, and a choice made inside a `with` block of a mode ends with the block.

    >>> set_default_dtype("float64"); get_default_dtype()
    dtype('float64')
    >>> set_default_dtype("float32")
    """
    chosen = np.dtype(dtype)
    if chosen.kind != "f":
        raise DTypeError(message("set_default_dtype", f"expected a float dtype, but got {chosen}"))
    _mode.set(_mode.get().changed(dtype=chosen))


def get_default_dtype() -> np.dtype[Any]:
    """The dtype that new parameters get."""
    return _mode.get().dtype
