"""Looks on while the learner's own framework runs a program, and writes down a trace as docs/trace.md describes it.

Nothing is computed here: the learner's `Function.__call__`, the `backward` of each function and `Variable.backward`
are wrapped, and what they do is noted in the order in which they do it. Arrays leave as raw bytes; their statistics
are made outside.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from rung.course.inside.learner import called, inside
from rung.course.inside.modes import run_program

MOST_CALLS = 300  # of a picture that one can follow
Row = dict[str, Any]


def run_trace(wanted: Row, root: Path, name: str, events: TextIO) -> None:
    """Run a program and give the trace as one event."""
    tracer = Tracer(root, wanted["file"], name)
    error = ""
    names: Row = {}
    try:
        tracer.install(importlib.import_module(name))
        names = run_program(called(wanted["text"], name), wanted["file"])
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    tracer.flush()
    events.write(json.dumps({"event": "trace", "error": error, "trace": tracer.trace(names)}) + "\n")


def variables_in(value: Any) -> list[Any]:
    """What a call was given or gave, however it is packed."""
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in variables_in(part)]
    return [value]


def raw(array: Any) -> Row:
    """An array as text, to be looked at outside."""
    array = np.asarray(array)
    if array.dtype.kind not in "fiubc":
        array = np.zeros(0)
    return {"dtype": str(array.dtype), "shape": list(array.shape),
            "raw": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()}  # fmt: skip


class Tracer:
    """Notes calls, visits and passes of the learner's classes."""

    def __init__(self, root: Path, program: str, name: str):
        self.root, self.program, self.name = root, program, name
        self.ops: list[Row] = []
        self.values: list[Row] = []
        self.calls: list[Row] = []
        self.passes: list[Row] = []
        self.events: list[Row] = []
        self.files: list[str] = []
        self.known: dict[int, int] = {}  # the place of a value by the identity of its object
        self.made: dict[int, int] = {}  # the place of a call likewise
        self.kept: list[Any] = []  # keeps identities from being used again
        self.depth = 0  # of backward passes within each other
        self.visited: Row | None = None  # the visit whose effect is still to be seen
        self.asking: int | None = None  # the call whose derivative is computed
        self.pushed: set[int] = set()
        self.skipped = 0
        self.Variable: type = object

    # Wrapping --------------------------------------------------------------------------------------------------

    def install(self, package: Any) -> None:
        """Wrap the classes of a package."""
        function, self.Variable = package.Function, package.Variable
        self._wrap(function, "__call__", self._called)
        if "backward" in vars(self.Variable):
            self._wrap(self.Variable, "backward", self._passing)

    def _wrap(self, owner: type, name: str, around: Callable[..., Any]) -> None:
        original = vars(owner)[name]
        if getattr(original, "wrapped", False):
            return

        def wrapper(this: Any, *arguments: Any, **options: Any) -> Any:
            return around(original, this, arguments, options)

        wrapper.wrapped = True  # type: ignore[attr-defined]
        setattr(owner, name, wrapper)

    def _called(self, original: Callable[..., Any], f: Any, arguments: Any, options: Row) -> Any:
        for owner in type(f).__mro__:
            if "backward" in vars(owner) and owner is not object:
                self._wrap(owner, "backward", self._visiting)
        result = original(f, *arguments, **options)
        if self.depth and not is_recorded(f, result):  # a derivative that nobody will differentiate
            return result
        if len(self.calls) < MOST_CALLS:
            self._note_call(f, arguments, result)
        else:
            self.skipped += 1
        return result

    def _passing(self, original: Callable[..., Any], root: Any, arguments: Any, options: Row) -> Any:
        if self.depth or id(root) not in self.known:
            return original(root, *arguments, **options)
        self.depth += 1
        number = len(self.passes)
        wanted = options.get("create_graph", len(arguments) > 1 and arguments[1])
        self.passes.append({"root": self.known[id(root)], "create_graph": bool(wanted)})
        first = self.made.get(id(getattr(root, "creator", None)))
        self.pushed = set() if first is None else {first}
        self.events.append({"what": "backward", "pass": number, "arrivals": [], "pushed": sorted(self.pushed)})
        self.visited = {"event": len(self.events) - 1, "inputs": [], "root": root}
        try:
            return original(root, *arguments, **options)
        finally:
            self.flush()
            self.events.append({"what": "end", "pass": number})
            self.depth -= 1
            self.asking = None

    def _visiting(self, original: Callable[..., Any], f: Any, arguments: Any, options: Row) -> Any:
        call = self.made.get(id(f))
        if call is None or not self.depth:
            return original(f, *arguments, **options)
        self.flush()
        self.asking = call
        result = original(f, *arguments, **options)
        if self.visited is None or self.visited.get("call") != call:  # not a backward that calls that of its parent
            self._note_visit(f, call, result)
        return result

    # Noting ----------------------------------------------------------------------------------------------------

    def _note_call(self, f: Any, arguments: Any, result: Any) -> None:
        inputs = inputs_of(f) or variables_in(arguments)
        place, event = len(self.calls), len(self.events)
        self.events.append({"what": "call", "call": place})
        ins = [self._value(x, event) for x in inputs]
        generation = max([self.values[i]["generation"] for i in ins], default=0)
        outs = [self._value(y, event, place, number, generation + 1) for number, y in enumerate(variables_in(result))]
        self.calls.append({
            "op": self._op(f), "inputs": ins, "outputs": outs, "generation": generation, "scope": None, "group": None,
            "source": self._source(), "options": options_of(f), "pass": len(self.passes) - 1 if self.depth else None,
            "derives": self.asking, "recorded": is_recorded(f, result), "saved": [], "multiply_adds": 0,
            "failed": False,
        })  # fmt: skip
        self.made[id(f)] = place
        self.kept.append(f)

    def _value(self, x: Any, event: int, maker: int | None = None, output: int = 0, generation: int = 0) -> int:
        """The place of a value, which is noted when it is first met."""
        variable = isinstance(x, self.Variable)
        if id(x) in self.known and maker is None and (variable or np.ndim(x)):
            return self.known[id(x)]
        data = np.asarray(x.data if variable else x)
        kind = "result" if maker is not None else "leaf" if variable else "number" if data.ndim == 0 else "data"
        name = getattr(x, "name", None) if variable else str(x) if kind == "number" else None
        self.values.append({
            "kind": kind, "name": name if isinstance(name, str) else None, "shape": list(data.shape),
            "dtype": str(data.dtype), "maker": maker, "output": output, "generation": generation,
            "differentiable": variable, "scope": None, "group": None, "gradient_of": None,
            "arrays": [[event, raw(data)]], "gradients": [],
        })  # fmt: skip
        self.kept.append(x)
        self.known[id(x)] = len(self.values) - 1
        return len(self.values) - 1

    def _op(self, f: Any) -> int:
        name = type(f).__name__
        for place, op in enumerate(self.ops):
            if op["name"] == name:
                return place
        names = [p.name for p in inspect.signature(type(f).forward).parameters.values()][1:]
        doc = inspect.cleandoc(type(f).__doc__ or "") if "__doc__" in vars(type(f)) else ""
        self.ops.append(
            {"name": name, "inputs": names, "outputs": ["y"], "summary": doc.partition("\n")[0], "formula": doc}
        )
        return len(self.ops) - 1

    def _source(self) -> list[int] | None:
        """The line of the program, or of the learner's own code, that called a function."""
        frame = sys._getframe()
        while frame is not None:
            file = frame.f_code.co_filename
            own = file == self.program or (not file.startswith("<") and inside(Path(file), self.root / "playground"))
            if own:
                short = Path(file).name
                if short not in self.files:
                    self.files.append(short)
                return [self.files.index(short), frame.f_lineno]
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def _note_visit(self, f: Any, call: int, result: Any) -> None:
        inputs = inputs_of(f)
        gradients = [*result] if isinstance(result, (tuple, list)) else [result]
        arrivals, pushed = [], []
        for x, gx in zip(inputs, gradients, strict=False):
            if id(x) in self.known and gx is not None:
                arrivals.append({"value": self.known[id(x)], "array": raw(array_of(gx)), "sum": False})
            maker = self.made.get(id(getattr(x, "creator", None)))
            if maker is not None and maker not in self.pushed:
                self.pushed.add(maker)
                pushed.append(maker)
        self.events.append(
            {"what": "visit", "pass": len(self.passes) - 1, "call": call, "arrivals": arrivals, "pushed": pushed}
        )
        before = [None if getattr(x, "grad", None) is None else np.array(array_of(x.grad)) for x in inputs]
        self.visited = {"event": len(self.events) - 1, "call": call, "inputs": inputs, "before": before,
                        "gradients": gradients, "arrivals": arrivals}  # fmt: skip

    def flush(self) -> None:
        """What the last visit did to the gradients, now that the learner's code has gone on."""
        visit, self.visited = self.visited, None
        if visit is None:
            return
        if "root" in visit:
            self._note_gradient(visit["root"], visit["event"])
            self._note_start(visit["root"], self.events[visit["event"]])
        for x, before, gx in zip(visit["inputs"], visit.get("before", ()), visit.get("gradients", ()), strict=False):
            self._note_gradient(x, visit["event"])
            if before is not None and gx is not None and _added(x, before, gx):
                place = self.known.get(id(x))
                matching = [arrival for arrival in visit["arrivals"] if arrival["value"] == place]
                if matching:
                    matching[-1]["sum"] = True

    def _note_start(self, root: Any, event: Row) -> None:
        """The gradient that a pass begins with."""
        if getattr(root, "grad", None) is not None:
            event["arrivals"] = [{"value": self.known[id(root)], "array": raw(array_of(root.grad)), "sum": False}]

    def _note_gradient(self, x: Any, event: int) -> None:
        place = self.known.get(id(x))
        if place is not None and getattr(x, "grad", None) is not None:
            gradients = self.values[place]["gradients"]
            gradients[:] = [entry for entry in gradients if entry[0] != event]
            gradients.append([event, raw(array_of(x.grad))])
            if (own := self.known.get(id(x.grad))) is not None:
                self.values[own]["gradient_of"] = place

    # The trace -------------------------------------------------------------------------------------------------

    def trace(self, names: Row) -> Row:
        """The whole trace; variables without a name take that of the program's."""
        for name, value in names.items():
            place = self.known.get(id(value))
            if place is not None and not name.startswith("_") and self.values[place]["name"] is None:
                self.values[place]["name"] = name
        used = {place for call in self.calls for place in call["inputs"]}
        loose = [place for place, value in enumerate(self.values) if value["maker"] is not None and place not in used]
        return {
            "format": "rung-trace", "version": 1, "title": "", "rung": "", "ops": self.ops, "files": self.files,
            "scopes": [], "values": self.values, "calls": self.calls, "passes": self.passes, "events": self.events,
            "memory": {"events": [], "kinds": [], "values": [], "bytes": []}, "groups": [],
            "outputs": sorted({one["root"] for one in self.passes}) or loose, "error": None,
        }  # fmt: skip


def inputs_of(f: Any) -> list[Any]:
    """The inputs that a learner's function keeps: one, or several."""
    kept = getattr(f, "inputs", None)
    if kept is None:
        kept = getattr(f, "input", None)
    return [] if kept is None else variables_in(kept)


def options_of(f: Any) -> dict[str, str]:
    """What a function was made with, such as the exponent of a power."""
    known = ("input", "inputs", "output", "outputs", "generation")
    return {name: repr(value) for name, value in vars(f).items()
            if name not in known and isinstance(value, (int, float, str, tuple))}  # fmt: skip


def is_recorded(f: Any, result: Any) -> bool:
    """Whether the results of a call know who made them."""
    return any(getattr(y, "creator", None) is f for y in variables_in(result))


def array_of(value: Any) -> Any:
    """The array of a gradient, which may be a Variable."""
    return value.data if hasattr(value, "data") and not isinstance(value, (np.ndarray, np.generic)) else value


def _added(x: Any, before: Any, gradient: Any) -> bool:
    now = getattr(x, "grad", None)
    if now is None:
        return False
    now, gradient = np.asarray(array_of(now)), np.asarray(array_of(gradient))
    sums = before.shape == gradient.shape == now.shape
    return bool(sums and np.allclose(now, before + gradient) and not np.allclose(now, gradient))
