"""What happens when a function is called: compute, and record the call if a derivative may be wanted."""

from __future__ import annotations

from typing import Any

from rung.config import Mode, current_mode, mode, reset_mode, set_mode
from rung.core.guard import SAVED, may_share_memory, note_saved, share_guard
from rung.core.record import Constant, Record, next_serial
from rung.core.variable import Variable, constant
from rung.cuda import ARRAY_MODULES
from rung.dtypes import NUMBERS, as_operand
from rung.errors import NanError, describe


def apply(op: Any, *inputs: Any) -> Any:
    """Call a function: Variables in, Variables out; recorded if a derivative may be wanted.

    This is the path of every op of every program, so it is written out: no helper is called that is not needed.
    """
    now = current_mode()
    if now.special:
        return _apply_specially(op, now, inputs)
    arrays: list[Any] = []
    edges: list[Any] = []
    record: Any
    wanted, bit = 0, 1
    for x in inputs:
        if isinstance(x, Variable):
            arrays.append(x._data)
            record = x._record
            if record.differentiable:
                wanted |= bit
        elif type(x) in NUMBERS:
            arrays.append(x)
            record = Constant(x, SAVED)
        else:
            arrays.append(operand := as_operand(x, op.name))
            record = _record_of_data(operand)
        edges.append(record)
        bit += bit
    y = op.compute(arrays)
    if wanted and now.enable_backprop and op.differentiable:
        outputs = op.connect(arrays, edges, y, wanted)
    elif type(y) is tuple:
        outputs = tuple([constant(part) for part in y])
    else:
        outputs = constant(y)
    if op.is_view:
        share_guards(edges, arrays, outputs)
    return outputs


def _record_of_data(array: Any) -> Any:
    if type(array) in NUMBERS:  # it was a NumPy scalar
        return Constant(array, SAVED)
    return Record(None, 0, next_serial(), array.shape, array.dtype, False)


def share_guards(edges: list[Any], arrays: list[Any], outputs: Any) -> None:
    """Let results that look into an input's memory share its guard."""
    for y in outputs if isinstance(outputs, tuple) else (outputs,):
        for edge, array in zip(edges, arrays, strict=False):
            if type(edge) is Record and may_share_memory(y._data, array):
                share_guard(edge, array, y._record)


def _apply_specially(op: Any, now: Mode, inputs: tuple[Any, ...]) -> Any:
    """A call in a plain backward (on arrays), in a pass such as forward mode, under `rung.debug()`, or watched."""
    if now.raw and not _has_variable(inputs):
        return op.compute([x if type(x) in ARRAY_MODULES else as_operand(x, op.name) for x in inputs])
    if now.passes:
        with mode(passes=now.passes[:-1]):
            return now.passes[-1].call(op, inputs)
    if now.watcher:
        return _watched(op, now, inputs)
    if now.reads:
        now.reads.note(inputs)
    with mode(raw=False, debug=False, reads=None):
        outputs = apply(op, *inputs)
    if now.debug:
        _inspect(op, inputs, outputs if isinstance(outputs, tuple) else (outputs,))
    return outputs


def _watched(op: Any, now: Mode, inputs: tuple[Any, ...]) -> Any:
    token = set_mode(now.unwatched)  # what a function calls while it computes is its own affair
    try:
        now.watcher.calls(op)
        outputs = apply(op, *inputs)
    except BaseException:
        now.watcher.failed(op, inputs)
        raise
    finally:
        reset_mode(token)
    now.watcher.called(op, inputs, outputs)
    return outputs


def _has_variable(inputs: tuple[Any, ...]) -> bool:
    for x in inputs:
        if isinstance(x, Variable):
            return True
    return False


def _is_finite(x: Any) -> bool:
    array = getattr(x, "_data", x)
    return bool((abs(array) < float("inf")).all()) if hasattr(array, "dtype") else abs(array) < float("inf")


def _inspect(op: Any, inputs: tuple[Any, ...], outputs: tuple[Variable, ...]) -> None:
    """Under `rung.debug()`: results are finite, and saved arrays are fingerprinted at once."""
    for y in outputs:
        if not _is_finite(y) and all(_is_finite(x) for x in inputs):
            came = ", ".join(describe(x) for x in inputs)
            raise NanError(f"{op.name}: the first NaN or infinity came out of this op, called on {came}")
    node = outputs[0].creator
    if node is not None:
        for record, array in node.saved_arrays([y._record for y in outputs]):
            note_saved(record, array, debug=True)
