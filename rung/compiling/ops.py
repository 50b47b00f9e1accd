"""Functions on arrays as compiled programs, kept by what they are called on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np

from rung.compiling.emitting import Emitter
from rung.compiling.kernels import Kernel
from rung.compiling.program import Program, Ref
from rung.compiling.recorder import Recorder
from rung.compiling.traced import Traced, recorder, traced_module

MOST = 1000  # programs that are kept
_programs: dict[Any, _Replay | None] = {}


class _Replay:
    """One program, whose memory serves one call at a time."""

    def __init__(self, program: Program, emitter: Emitter, is_tuple: bool):
        self.emitted, self.is_tuple = emitter.emit(), is_tuple
        self.lock = Lock()

    def __call__(self, arrays: list[Any]) -> Any:
        """The results, or None where they cannot be computed now."""
        if not self.lock.acquire(blocking=False):
            return None
        try:
            results = self.emitted.run(arrays)
        finally:
            self.lock.release()
        return results if results is None or self.is_tuple else results[0]


def run(place: Any, op: Any, args: Sequence[Any], function: Callable[..., Any]) -> Any:
    """What a function gives on NumPy and these arguments, as a replay if that is faster.

    Args:
        place: which function it is.
        op: the op that it belongs to, whose class and attributes are part of the program; None if there is none.
        args: arrays, shapes and numbers.
        function: of the module and the arguments.
    """
    arrays = [x for x in args if type(x) is np.ndarray]
    if recorder.get() is not None or len(set(map(id, arrays))) < len(arrays):
        return function(np, *args)
    try:
        key = (place, type(op), *(vars(op).values() if op else ()), *map(_kind, args))
        replay = _programs[key] if key in _programs else _prepared(key, args, function)
    except TypeError:  # an attribute that cannot be part of a key
        return function(np, *args)
    result = None if replay is None else replay(arrays)
    return function(np, *args) if result is None else result


def _kind(x: Any) -> Any:
    if type(x) is np.ndarray:
        return x.shape, x.dtype, x.strides
    return type(x), x


def _prepared(key: Any, args: Sequence[Any], function: Callable[..., Any]) -> _Replay | None:
    """The program for such arguments; None if it would not be faster."""
    if len(_programs) >= MOST:
        _programs.clear()
    _programs[key] = None
    program, is_tuple = _recorded(args, function)
    if program is not None:
        _programs[key] = _worthwhile(program, is_tuple)
    return _programs[key]


def _recorded(args: Sequence[Any], function: Callable[..., Any]) -> tuple[Program | None, bool]:
    made = Recorder()
    token = recorder.set(made)
    try:
        traced = [made.enter(x, made.program.inputs) if type(x) is np.ndarray else x for x in args]
        results = function(traced_module, *traced)
    except Exception:  # it looks at values, or asks for what only an array has: then it is right as it is
        return None, False
    finally:
        recorder.reset(token)
        made.close()
    parts = results if isinstance(results, tuple) else (results,)
    if not all(isinstance(part, Traced) for part in parts):
        return None, False
    made.program.results = [Ref(part.id) for part in parts]
    return made.program, isinstance(results, tuple)


def _worthwhile(program: Program, is_tuple: bool) -> _Replay | None:
    if program.guards or any(instruction.lasting or instruction.writes for instruction in program.instructions):
        return None
    emitter = Emitter(program)
    if not any(isinstance(instruction.function, Kernel) for instruction in emitter.live):
        return None
    return _Replay(program, emitter, is_tuple)
