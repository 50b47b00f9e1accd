"""Arrays and numbers that tell a recorder what is computed from them; and their module, as ops want one."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from rung.compiling.program import Method
from rung.cuda import register_array_type
from rung.errors import GraphError

recorder: ContextVar[Any] = ContextVar("rung_compiling_recorder", default=None)

# What asks of an array something that every replay has the same answer to.
_METADATA = {np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.isrealobj, np.iscomplexobj}
_FACTS = ("shape", "dtype", "ndim", "size", "nbytes", "itemsize", "strides", "flags")
_READERS = ("item", "tolist", "tobytes", "dump", "dumps", "tofile")


class Traced(NDArrayOperatorsMixin):
    """An array with its value, whose every use is recorded."""

    __slots__ = ("__weakref__", "base", "id", "recorder", "value", "views")
    __hash__ = object.__hash__

    def __init__(self, value: np.ndarray[Any, Any], id: int, base: Traced | None = None):
        self.value, self.id = value, id
        self.recorder = recorder.get()
        self.base = base  # whose memory it looks into
        self.views: WeakValueDictionary[int, Traced] = WeakValueDictionary() if base is None else base.views
        if base is not None:
            base.views[id] = self

    @property
    def is_alone(self) -> bool:
        """Whether nothing else looks into its memory now, so that a write is a new value of its name."""
        return self.base is None and not len(self.views)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _recorder().ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        return _recorder().call(function, args, options)

    def __getitem__(self, index: Any) -> Any:
        return _recorder().call(operator.getitem, (self, index), {})

    def __setitem__(self, index: Any, value: Any) -> None:
        _recorder().assign(self, index, value)

    def __getattr__(self, name: str) -> Any:
        if name in _FACTS:
            return getattr(self.value, name)
        if name == "T":
            return _recorder().call(Method("transpose"), (self,), {})
        if name in _READERS:
            return lambda *args, **options: _refuse(name)
        if name.startswith("__") or not callable(getattr(np.ndarray, name, None)):
            raise AttributeError(name)
        return lambda *args, **options: _recorder().method(name, self, args, options)

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return _refuse("bool")

    def __float__(self) -> float:
        return _refuse("float")

    def __int__(self) -> int:
        return _refuse("int")

    def __index__(self) -> int:
        return _refuse("an index")

    def __array__(self, *args: Any, **options: Any) -> Any:
        return _refuse("numpy")

    def __repr__(self) -> str:
        return f"<{self.dtype} array of shape {self.shape} in a compiled step>"


def _recorder() -> Any:
    found = recorder.get()
    if found is None:
        raise GraphError(
            "compile: an array of a compiled step was used after the step; let the step return it instead"
        )
    return found


def _refuse(what: str) -> Any:
    raise GraphError(
        f"compile: a compiled step asked for the value of an array by {what}, and would act on that value for ever; "
        f"return the array from the step and look at it there ({_recorder().where()})"
    )


# Numbers ------------------------------------------------------------------------------------------------------------


class TracedNumber:
    """A Python number that is another one at each call, such as the count of an optimizer's steps."""

    __slots__ = ("id", "value")

    def __init__(self, value: float, id: int):
        self.value, self.id = value, id

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _recorder().ufunc(ufunc, method, inputs, options)

    def __bool__(self) -> bool:
        return bool(_recorder().decide(bool, self))

    def __float__(self) -> float:
        return float(_refuse("float"))

    def __repr__(self) -> str:
        return f"<{self.value} in a compiled step>"


def _arithmetic(function: Callable[..., Any], reflected: bool) -> Callable[..., Any]:
    def operate(self: TracedNumber, *others: Any) -> Any:
        operands = (self, *others)
        return _recorder().number(function, operands[::-1] if reflected else operands)

    return operate


def _comparison(function: Callable[..., Any]) -> Callable[..., Any]:
    def compare(self: TracedNumber, other: Any) -> Any:
        return _recorder().decide(function, self, other)

    return compare


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _function = getattr(operator, _name)
    setattr(TracedNumber, f"__{_name}__", _arithmetic(_function, False))
    setattr(TracedNumber, f"__r{_name}__", _arithmetic(_function, True))
for _name in ("neg", "pos", "abs"):
    setattr(TracedNumber, f"__{_name}__", _arithmetic(getattr(operator, _name), False))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(TracedNumber, f"__{_name}__", _comparison(getattr(operator, _name)))
TracedNumber.__hash__ = object.__hash__  # type: ignore[method-assign]


# The module ---------------------------------------------------------------------------------------------------------


class _Recorded:
    """A function of NumPy's, or one of its modules, for traced arrays."""

    def __init__(self, function: Any):
        self._function = function

    def __call__(self, *args: Any, **options: Any) -> Any:
        if isinstance(self._function, np.ufunc):
            return _recorder().ufunc(self._function, "__call__", args, options)
        return _recorder().call(self._function, args, options)

    def __getattr__(self, name: str) -> Any:  # np.add.at, np.linalg.solve
        found = getattr(self._function, name)
        if isinstance(self._function, np.ufunc) and callable(found):
            return lambda *args, **options: _recorder().ufunc(self._function, name, args, options)
        return _wrapped(found)


def _wrapped(found: Any) -> Any:
    if isinstance(found, ModuleType) or (callable(found) and not isinstance(found, (type, np.dtype))):
        return _Recorded(found)
    return found


class TracedGenerator:
    """A generator of random numbers, whose draws are recorded, and made anew at each replay."""

    def __init__(self, id: int, value: Any):
        self.id, self.value = id, value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: _recorder().drawn(self, name, args, options)


class _Random:
    """NumPy's random module, as far as ops use it."""

    @staticmethod
    def default_rng(seed: Any) -> TracedGenerator:
        return _recorder().seeded(seed)  # type: ignore[no-any-return]


class _Module:
    """NumPy for traced arrays."""

    __name__ = "rung.compiling"
    random = _Random()

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        if isinstance(x, Traced):
            return x if dtype is None or x.dtype == dtype else x.astype(dtype)
        return _recorder().call(np.asarray, (x, dtype), {})

    def adopt(self, array: Any) -> Any:
        """An array from outside, as a constant of the step; a traced one as it is."""
        return array if isinstance(array, Traced) else _recorder().constant(array)

    def as_one(self, function: Any, args: tuple[Any, ...]) -> Any:
        """Call a function of arrays, and record it as one instruction, whatever it does inside."""
        return _recorder().call(function, args, {})

    def may_share_memory(self, a: Any, b: Any) -> bool:
        return np.may_share_memory(getattr(a, "value", a), getattr(b, "value", b))

    def __getattr__(self, name: str) -> Any:
        return _wrapped(getattr(np, name))


traced_module = _Module()
register_array_type(Traced, traced_module)


def is_metadata(function: Any) -> bool:
    """Whether a function's answer is the same at each replay."""
    return function in _METADATA
