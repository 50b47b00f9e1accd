"""When a step is recorded, and when it is replayed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np

from rung.compiling.differentiable import CompiledCall, Links, derivative_of
from rung.compiling.emitting import Emitted, Emitter
from rung.compiling.program import Program, check_constants, same_shape
from rung.compiling.recording import Recording
from rung.compiling.state import DataPlace, State
from rung.compiling.traced import recorder
from rung.config import current_mode, mode
from rung.core.variable import Variable, constant
from rung.errors import DTypeError, GraphError, describe
from rung.trees import leaves, map_tree

TRIES = 5  # recordings until two of them agree


def compile(step: Callable[..., Any], state: Any = ()) -> Compiled:
    """Record what a function computes, and replay it as straight-line code on planned memory.

    The first call runs as it is (sizes are learnt in it). The next two are recorded, down to single calls of NumPy:
    forward, backward and the optimizer's update, whatever the function does. If both did the same, later calls
    replay it, without the graph and without Python's detours; with arguments of other shapes or dtypes, or in another
    mode, it is recorded anew. A replay draws its own random numbers, counts the optimizer's steps, and follows
    schedules.

    Arguments are arrays and Variables, in lists, tuples and dicts if need be; other values are part of the program.
    State is found through the function's globals and closure: models, Variables, optimizers. What else differs from
    call to call would be frozen, so two recordings that differ are an error, which names the line. The function must
    not look at values (`float(loss)`); let it return them.

    Results are the caller's own. The arrays that a replay leaves in `.grad` are overwritten by the next one. What the
    function does besides computing (printing, appending to a list) happens only while it is recorded.

    A compiled function can be differentiated from outside, to any order: its derivative is compiled, too.

    Args:
        step: a function, a model, or anything else that can be called.
        state: more objects to look for state in.

    Returns:
        The compiled function; its `source` is the generated code, to read.

    Raises:
        DTypeError: `step` cannot be called.
        GraphError: when it is called: it looks at a value, or does something else at each call.

    >>> import numpy as np, rung
    >>> from rung.models import MLP; from rung.optimizers import Adam
    >>> model = MLP((10, 1)); optimizer = Adam(0.1).setup(model)
    >>> @rung.compile
    ... def step(x, t):
    ...     loss = rung.functions.mean_squared_error(model(x), t)
    ...     model.cleargrads()
    ...     loss.backward()
    ...     optimizer.update()
    ...     return loss
    >>> x = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    >>> losses = [float(step(x, x ** 2)) for _ in range(200)]
    >>> losses[-1] < 0.1 * losses[0]
    True
    """
    return Compiled(step, state)


class Compiled:
    """A function that is recorded, and replayed once two recordings agree: see `compile`.

    Attributes:
        step: the function itself.
    """

    def __init__(self, step: Callable[..., Any], state: Any = ()):
        if not callable(step):
            raise DTypeError(f"compile: expected a function, but got {describe(step)}")
        functools.update_wrapper(self, step)
        self.step, self.state = step, State(step, state)
        self._replays: dict[Any, _Replay] = {}
        self._derivatives: dict[Any, Compiled] = {}
        self._has_run = False

    def __call__(self, *args: Any, **options: Any) -> Any:
        now = current_mode()
        if now.watcher is not None and not now.unwatched.special:
            around = now.watcher.compiled(self)
            if around is not None:
                with around, mode(watcher=None):
                    return self(*args, **options)
        flat = leaves((args, options))
        arrays = [x._data if isinstance(x, Variable) else x for x in flat if isinstance(x, (np.ndarray, Variable))]
        # Inside another recording, a pass or a picture it is as if it were not compiled; and if one array is handed
        # in twice, a write to one would be a write to both.
        is_shared = len({*map(id, arrays)}) < len(arrays)
        if not self._has_run or now.special or recorder.get() is not None or is_shared:
            results = self.step(*args, **options)
            self._has_run = True
            return results
        key = (_signature(args), _signature(options), now.train, now.enable_backprop, now.dtype)
        return self._replay_of(key)(args, options, arrays)

    def _replay_of(self, key: Any) -> _Replay:
        if key not in self._replays:
            self._replays[key] = _Replay(self, key)
        return self._replays[key]

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.step, '__name__', type(self.step).__name__)}>"

    @property
    def source(self) -> str:
        """The generated code of what was compiled last; empty as long as nothing was."""
        ready = [replay.emitted.source for replay in self._replays.values() if replay.emitted is not None]
        return ready[-1] if ready else ""

    @property
    def planned_bytes(self) -> int:
        """The memory that replays compute in, all kinds of arguments together."""
        return sum(replay.emitted.bytes for replay in self._replays.values() if replay.emitted is not None)

    def derivative(self, key: Any, links: Links, tree: Any, again: bool) -> Compiled:
        """The compiled derivative for arguments of one kind; `again`: one that can be differentiated."""
        key = (key, links.key, again)
        if key not in self._derivatives:
            form = map_tree(lambda x: None, tree)

            def tree_of(flat: list[Any]) -> Any:
                parts = iter(flat)
                return map_tree(lambda _: next(parts), form)

            made = derivative_of(self.step, tree_of, links, again)
            self._derivatives[key] = Compiled(made, [self.step, self.state.more])
        return self._derivatives[key]


class _Replay:
    """What is known of a function for arguments of one kind."""

    def __init__(self, compiled: Compiled, key: Any):
        self.compiled, self.key = compiled, key
        self.program: Program | None = None
        self.emitted: Emitted | None = None
        self.tries = 0
        self.alone = Lock()

    def __call__(self, args: Any, options: Any, arrays: list[Any]) -> Any:
        results = None
        if self.emitted is not None and self._holds():
            results = self._replay(arrays)
        if results is None:  # nothing was recorded so far; or the state, or a decision on numbers, is another one
            results = self._record(args, options)
        return self._in_form(args, options, results)

    def _holds(self) -> bool:
        """Whether the state is of the kind that was recorded."""
        assert self.program is not None
        return all(expected.holds() for expected in self.program.expected)

    def _replay(self, arrays: list[Any]) -> list[Any] | None:
        program, emitted = self.program, self.emitted
        assert program is not None
        assert emitted is not None
        # Replays share memory, so one thread waits for the other; an infinity may be meant to be, as in ops.
        with self.alone, np.errstate(all="ignore"):
            results = emitted.run(arrays, [place.read() for place in program.read])
        if results is None:
            return None
        for owner, name, change in program.changes:
            setattr(owner, name, getattr(owner, name) + change)
        for place in self.written:
            place.written()
        return [constant(y) if kind else y for kind, y in zip(self.kinds, results, strict=True)]

    def _record(self, args: Any, options: Any) -> list[Any]:
        who = f"compile: {getattr(self.compiled.step, '__name__', 'the function')}"
        self.emitted, before = None, self.program
        self.program, results = Recording(self.compiled.step, self.compiled.state).run(args, options)
        self.tries += 1
        if before is not None and same_shape(before, self.program):
            check_constants(who, before, self.program)
            self._prepare(self.program)
        elif self.tries >= TRIES:
            raise GraphError(f"{who} did something else at each of {TRIES} calls; compile what stays the same")
        return results

    def _prepare(self, program: Program) -> None:
        """Write the code; from here on it is replayed."""
        self.emitted, self.tries, self.kinds = Emitter(program).emit(), 0, leaves(program.form)
        stored, touched = {place for place, _ in program.stores}, program.touched
        places = zip(program.read, program.states, strict=True)
        self.written = [
            place for place, id in places if isinstance(place, DataPlace) and (place in stored or id in touched)
        ]

    def _in_form(self, args: Any, options: Any, results: list[Any]) -> Any:
        """The results as the function gives them, and in the graph if somebody may differentiate them."""
        assert self.program is not None
        links = self.program.links
        if links.outputs and current_mode().enable_backprop:
            derivative = functools.partial(self.compiled.derivative, self.key, links, (args, options))
            results = CompiledCall(derivative, links, (args, options)).connect(leaves((args, options)), results)
        if type(self.program.form) is bool:
            return results[0]
        parts = iter(results)
        return map_tree(lambda _: next(parts), self.program.form)


def _signature(tree: Any) -> Any:
    """What two calls must have in common to share a recording."""
    if isinstance(tree, np.ndarray):
        return tree.shape, tree.dtype, tree.flags.c_contiguous
    if isinstance(tree, Variable):
        return "variable", _signature(tree._data), tree.differentiable
    if isinstance(tree, dict):
        return tuple((name, _signature(part)) for name, part in tree.items())
    if isinstance(tree, (tuple, list)):
        return type(tree), tuple(map(_signature, tree))
    try:
        hash(tree)
    except TypeError:
        kind = type(tree).__name__
        raise DTypeError(
            f"compile: an argument of type {kind} cannot be part of a program; hand in arrays, Variables and "
            "constants, in lists, tuples and dicts"
        ) from None
    return type(tree), tree
