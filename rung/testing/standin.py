"""A stand-in array library, to prove that ops keep the array-library rule.

Its arrays compute, but nobody can look inside: no `__array__`, no `bool`, no `float`, no iteration, and no mixing
with NumPy's arrays. An op that passes here runs unchanged on a GPU library and on a recorder.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from rung.cuda import register_array_type

_OPERATORS = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul", "rand", "ror", "rxor"),
    *("iadd", "isub", "imul", "itruediv", "lt", "le", "gt", "ge", "eq", "ne", "neg", "pos", "abs", "invert"),
)

_REFUSED = ("array", "bool", "float", "int", "index", "len", "iter", "contains", "complex")


class StandInArray:
    """An array that can be computed with, and not looked into."""

    __slots__ = ("__weakref__", "_hidden")
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]
    base = None

    def __init__(self, hidden: np.ndarray[Any, Any]):
        self._hidden = hidden

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _wrap(getattr(self._hidden, name))

    def __getitem__(self, index: Any) -> Any:
        return _wrap(self._hidden[_unwrap(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._hidden[_unwrap(index)] = _unwrap(value)

    def __repr__(self) -> str:
        return f"<stand-in array {self.shape}>"


def _wrap(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return StandInArray(np.asarray(value))
    if isinstance(value, tuple) and any(isinstance(part, np.ndarray) for part in value):
        return tuple(_wrap(part) for part in value)
    if isinstance(value, ModuleType) or (callable(value) and not isinstance(value, (type, np.dtype))):
        return _Wrapped(value)
    return value


def _unwrap(value: Any) -> Any:
    if isinstance(value, StandInArray):
        return value._hidden
    if isinstance(value, (tuple, list)):
        return type(value)(_unwrap(part) for part in value)
    if isinstance(value, np.ndarray):
        raise TypeError("an array of NumPy's was mixed with a stand-in array: use the xp that forward is handed")
    return value


class _Wrapped:
    """A function of NumPy's, or a method of its arrays, for stand-in arrays."""

    def __init__(self, function: Any):
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        kwargs = {name: _unwrap(value) for name, value in kwargs.items()}
        return _wrap(self._function(*map(_unwrap, args), **kwargs))

    def __getattr__(self, name: str) -> Any:  # np.add.at
        return _wrap(getattr(self._function, name))


class _StandInModule:
    """NumPy's functions for stand-in arrays."""

    def asarray(self, x: Any, dtype: Any = None) -> StandInArray:
        return StandInArray(np.asarray(_unwrap(x), dtype))

    def __getattr__(self, name: str) -> Any:
        return _wrap(getattr(np, name))


def _operator(name: str) -> Callable[..., Any]:
    def operate(self: StandInArray, *others: Any) -> Any:
        if any(isinstance(other, np.ndarray) for other in others):
            raise TypeError("an array of NumPy's was mixed with a stand-in array")
        if not all(isinstance(other, (StandInArray, bool, int, float)) for other in others):
            return NotImplemented
        return _wrap(getattr(self._hidden, name)(*map(_unwrap, others)))

    return operate


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(self: StandInArray, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"the op looked into an array by {name}: it must not decide on values")

    return refuse


for _name in _OPERATORS:
    setattr(StandInArray, f"__{_name}__", _operator(f"__{_name}__"))
for _name in _REFUSED:
    setattr(StandInArray, f"__{_name}__", _refusal(f"__{_name}__"))

standin = _StandInModule()
register_array_type(StandInArray, standin)
