"""What may enter an op, and which dtype comes out.

Two rules. Scalars, and arrays of integers or booleans, never widen a float: float32 in, float32 out. And between
floats, NumPy's own promotion: float32 with float64 is float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.cuda import ARRAY_MODULES, array_module_of, device_name
from rung.errors import DeviceError, DTypeError, message

REAL_KINDS = "fiub"
NUMBERS = (float, int, bool)

float64 = np.dtype(np.float64)


def as_operand(x: Any, op: str) -> Any:
    """Admit a plain value into an op: an array as it is, a scalar as a Python number (which never widens).

    >>> as_operand(np.float64(2.0), "mul")
    2.0
    """
    if type(x) in NUMBERS:
        return x
    if array_module_of(type(x)) is not None:
        return check_real(x, op)
    if isinstance(x, np.generic):
        check_real(x, op)
        return x.item()
    if isinstance(x, np.ndarray) and not isinstance(x, np.ma.MaskedArray):
        return check_real(np.asarray(x), op)
    if isinstance(x, NUMBERS):
        return x
    cure = "wrap it as numpy.array(...)" if isinstance(x, (list, tuple)) else ""
    raise DTypeError(message(op, f"expected Variables, arrays or numbers, but got {type(x).__name__}", cure))


def check_real(array: Any, op: str) -> Any:
    """Refuse arrays whose elements are not real numbers."""
    if array.dtype.kind not in REAL_KINDS:
        raise DTypeError(message(op, f"expected real numbers, but got an array of {array.dtype}"))
    return array


def as_array(x: Any, xp: Any = np, op: str = "Variable") -> Any:
    """A number or an array as an array; NumPy's scalars keep their dtype.

    >>> as_array(2.0)
    array(2.)
    """
    if array_module_of(type(x)) is not None:
        return check_real(xp.adopt(x) if xp is not np and hasattr(xp, "adopt") else x, op)
    if isinstance(x, (np.generic, np.ndarray, *NUMBERS)) and not isinstance(x, np.ma.MaskedArray):
        return check_real(xp.asarray(x), op)
    cure = "wrap it as numpy.array(...)" if isinstance(x, (list, tuple)) else ""
    raise DTypeError(message(op, f"expected an array or a number, but got {type(x).__name__}", cure))


def harmonize(arrays: list[Any], op: Any) -> Any:
    """Bring the operands of an op to one device and one rule of dtypes, in place; return their module.

    An array of integers or booleans beside a float array is cast to that float's dtype, unless the op says that it
    is data (labels, indices, masks); beside none, to float64 for an op of reals. Operands without any array become
    arrays.
    """
    a, b = arrays[0], arrays[-1]
    if len(arrays) <= 2 and type(a) is type(b) and type(a) in ARRAY_MODULES and a.dtype is b.dtype:
        if op.of_reals and a.dtype.kind != "f":
            arrays[:] = [x.astype(float64) for x in arrays]
        return ARRAY_MODULES[type(a)]  # the common case, at once
    kind: Any = None
    dtype, mixed, numbers = None, False, False
    for x in arrays:
        if type(x) in NUMBERS:
            numbers = True
        elif kind is None:
            kind, dtype = type(x), x.dtype
        elif type(x) is not kind:
            _adopt(arrays, op.name)
            return harmonize(arrays, op)
        elif x.dtype is not dtype:
            mixed = True
    if mixed or (op.of_reals and dtype is not None and dtype.kind != "f"):
        _cast_integers(arrays, op.data_inputs, op.of_reals)
    if kind not in ARRAY_MODULES:
        return _from_numbers(arrays, op.of_reals)
    if numbers and not op.broadcasts:
        _numbers_to_arrays(arrays, op.data_inputs)
    return ARRAY_MODULES[kind]


def _adopt(arrays: list[Any], op: str) -> None:
    """Let an array library that takes in NumPy's arrays (a recorder) do so; others refuse to mix."""
    modules: list[Any] = [ARRAY_MODULES.get(type(x)) for x in arrays]
    adopt = next((module.adopt for module in modules if hasattr(module, "adopt")), None)
    if adopt is None:
        raise _different_devices(op, arrays)
    arrays[:] = [adopt(x) if isinstance(x, np.ndarray) else x for x in arrays]


def _cast_integers(arrays: list[Any], data: tuple[int, ...], of_reals: bool) -> None:
    dtypes = {i: x.dtype for i, x in enumerate(arrays) if type(x) not in NUMBERS and i not in data}
    floats = [dtype for dtype in dtypes.values() if dtype.kind == "f"]
    if len(floats) < len(dtypes) and (floats or of_reals):
        target = np.result_type(*floats) if floats else float64
        for i, dtype in dtypes.items():
            if dtype.kind != "f":
                arrays[i] = arrays[i].astype(target)


def _from_numbers(arrays: list[Any], of_reals: bool) -> Any:
    arrays[:] = [np.asarray(x, float64 if of_reals else None) for x in arrays]
    return np


def _numbers_to_arrays(arrays: list[Any], data: tuple[int, ...]) -> None:
    """For an op that looks at shapes: numbers beside arrays as 0-d arrays, of a dtype that widens nothing."""
    target = np.result_type(*[x if type(x) in NUMBERS else x.dtype for i, x in enumerate(arrays) if i not in data])
    xp = next(ARRAY_MODULES[type(x)] for x in arrays if type(x) not in NUMBERS)
    arrays[:] = [
        xp.asarray(x, None if i in data else target) if type(x) in NUMBERS else x for i, x in enumerate(arrays)
    ]


def _different_devices(op: str, arrays: list[Any]) -> DeviceError:
    for x in arrays:
        if type(x) not in NUMBERS and array_module_of(type(x)) is None:
            np.asarray(x)  # what stands for an array, where nothing stands for it any more, says so itself
    places = sorted({device_name(x) for x in arrays if type(x) not in NUMBERS})
    return DeviceError(
        f"{op}: all arrays must be on one device, but they are on {' and '.join(places)}; "
        "move them with to_gpu() or to_cpu()"
    )


def is_integer(x: Any) -> bool:
    """Whether `x` is an array, or a Variable, of integers or booleans."""
    return getattr(getattr(x, "dtype", None), "kind", "f") in "iub"


def gradient_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a variable's gradient: its own; float64 for integers, which are treated as reals."""
    return dtype if dtype.kind == "f" else float64
