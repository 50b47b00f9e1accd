"""What one instruction computes for one element: its formula, its operands, and the types in which it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.compiling.program import Instruction, Method, Program, Ref

TYPES = {"float32": "float32", "float64": "float64", "bool": "boolean", "int64": "int64", "int32": "int32",
         "uint8": "uint8"}  # fmt: skip

FORMULAS = {
    "add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "divide": "{} / {}", "negative": "-{}",
    "positive": "{}", "absolute": "abs({})", "square": "{0} * {0}", "reciprocal": "1 / {}", "sqrt": "sqrt({})",
    "maximum": "maximum({}, {})", "minimum": "minimum({}, {})", "exp": "exp32({})", "log": "log32({})",
    "tanh": "tanh32({})", "less": "{} < {}", "less_equal": "{} <= {}", "greater": "{} > {}",
    "greater_equal": "{} >= {}", "equal": "{} == {}", "not_equal": "{} != {}", "logical_and": "{} and {}",
    "logical_or": "{} or {}", "logical_not": "not {}", "where": "{1} if {0} else {2}",
    "clip": "minimum(maximum({}, {}), {})",
}  # fmt: skip
POWERS = {0.5: "sqrt({})", 1: "{}", 2: "{0} * {0}", 3: "{0} * {0} * {0}", -1: "1 / {}"}
OF_FLOATS = {"divide", "negative", "absolute", "sqrt", "reciprocal", "power", "maximum", "minimum", "clip"}
ARITHMETIC = {"add", "subtract", "multiply", "square", "power"}
OF_FLOAT32 = {"exp", "log", "tanh"}
REDUCTIONS = {"sum", "mean", "max", "min"}


@dataclass
class Step:
    """A formula for every element of an array, or the sum, mean or largest of many."""

    at: int  # which instruction it is, in the program's order
    instruction: Instruction
    formula: str
    operands: tuple[Any, ...]  # a Ref or a number each
    kinds: tuple[np.dtype[Any], ...]  # in which type each operand is taken
    dtype: np.dtype[Any]  # of the result
    target: Any  # the array of the recording that stands for the result
    storage: int  # whose memory the result is
    in_place: bool  # whether that memory was there before
    reduces: str = ""  # how, over `axes` of `shape`
    axes: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()  # over which it runs

    @property
    def arrays(self) -> list[int]:
        """The arrays that it reads."""
        return [x.id for x in self.operands if isinstance(x, Ref)]


class Reader:
    """Understands instructions of a program."""

    def __init__(self, program: Program):
        self.program = program

    def step(self, at: int, instruction: Instruction) -> Step | None:
        """An instruction as a step of a kernel; None for one that no kernel computes."""
        if instruction.lasting:
            return None
        found = self._formula(instruction)
        if found is None or not all(kind.name in TYPES for kind in found.kinds):
            return None
        return self._placed(at, instruction, found)

    def _array(self, id: int) -> Any:
        return self.program.values[id].array

    # Formulas --------------------------------------------------------------------------------------------------

    def _formula(self, instruction: Instruction) -> _Found | None:
        function, args, options = instruction.function, instruction.args, instruction.options
        options = {name: value for name, value in options.items() if name != "out"}
        if isinstance(function, np.ufunc):
            return self._ufunc(function, args) if not options and function.signature is None else None
        if function is np.where and len(args) == 3 and not options:
            return self._where(args)
        if function is np.clip and len(args) == 3 and not options:
            return self._clip(args)
        if isinstance(function, Method):
            return self._method(function.name, args, options)
        if getattr(function, "__name__", "") == "setitem" and instruction.writes and isinstance(args[2], Ref):
            dtype = self._array(args[0].id).dtype
            return _Found("{}", (args[2],), (dtype,), dtype)
        if function is np.einsum:
            return self._dot(args, options)
        return None

    def _ufunc(self, ufunc: Any, args: tuple[Any, ...]) -> _Found | None:
        name = ufunc.__name__
        formula = FORMULAS.get(name)
        if name == "power":
            exponent = self._constant(args[1])
            formula, args = POWERS.get(exponent), (args[0], args[1])
        if formula is None or not all(isinstance(x, (Ref, int, float, np.number, np.bool_)) for x in args):
            return None
        try:
            kinds = ufunc.resolve_dtypes((*map(self._kind, args), *[None] * ufunc.nout))
        except TypeError:
            return None
        inner = kinds[0].name
        if (name in OF_FLOAT32 and inner != "float32") or (name in OF_FLOATS and kinds[0].kind != "f"):
            return None
        if name in ARITHMETIC and inner not in ("float32", "float64", "int64"):  # Numba widens other integers
            return None
        if not all(_holds(kind, x) for kind, x in zip(kinds, args, strict=False) if not isinstance(x, Ref)):
            return None
        if name == "power":
            args, kinds = args[:1], (kinds[0], kinds[2])
        if name.startswith("logical"):
            kinds = (np.dtype(bool),) * len(kinds)
        return _Found(formula, tuple(args), tuple(kinds[: len(args)]), kinds[-1])

    def _kind(self, x: Any) -> Any:
        if isinstance(x, Ref):
            x = self._array(x.id)
        return x.dtype if isinstance(x, (np.ndarray, np.generic)) else type(x)

    def _constant(self, x: Any) -> Any:
        if isinstance(x, Ref):
            array = self._array(x.id)
            return array.item() if x.id in self.program.constants and array.ndim == 0 else None
        return x

    def _where(self, args: tuple[Any, ...]) -> _Found | None:
        dtype = np.result_type(*[self._weak(x) for x in args[1:]])
        return _Found(FORMULAS["where"], args, (np.dtype(bool), dtype, dtype), dtype)

    def _clip(self, args: tuple[Any, ...]) -> _Found | None:
        if any(x is None for x in args):
            return None
        dtype = np.result_type(*map(self._weak, args))
        return _Found(FORMULAS["clip"], args, (dtype,) * 3, dtype) if dtype.kind == "f" else None

    def _weak(self, x: Any) -> Any:
        return self._array(x.id) if isinstance(x, Ref) else x

    def _method(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> _Found | None:
        if name == "astype" and set(options) <= {"copy"} and len(args) == 2:
            dtype = np.dtype(args[1])
            return _Found("{}", args[:1], (dtype,), dtype)
        if name == "copy" and len(args) == 1 and not options:
            return _Found("{}", args, (self._array(args[0].id).dtype,), self._array(args[0].id).dtype)
        if name in REDUCTIONS and len(args) == 1 and set(options) <= {"axis", "keepdims"}:
            return self._reduction(name, args[0], options.get("axis"))
        return None

    def _reduction(self, name: str, x: Ref, axis: Any) -> _Found | None:
        array = self._array(x.id)
        if array.dtype.kind != "f" or not array.size:
            return None
        axes = range(array.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        axes = tuple(sorted(i % max(array.ndim, 1) for i in axes))
        if not axes:  # of a single number
            return _Found("{}", (x,), (array.dtype,), array.dtype)
        return _Found("{}", (x,), (array.dtype,), array.dtype, name, axes, array.shape)

    def _dot(self, args: tuple[Any, ...], options: dict[str, Any]) -> _Found | None:
        """A sum of products: einsum('abc,abc->ab', x, y)."""
        if options or len(args) != 3 or not isinstance(args[0], str):
            return None
        inputs, _, output = args[0].partition("->")
        one, _, other = inputs.partition(",")
        x = self._array(args[1].id)
        if one != other or "." in one or not set(output) < set(one) or list(output) != sorted(output, key=one.index):
            return None
        if x.shape != self._array(args[2].id).shape or x.dtype.kind != "f":
            return None
        axes = tuple(i for i, letter in enumerate(one) if letter not in output)
        return _Found("{} * {}", args[1:], (x.dtype, x.dtype), x.dtype, "sum", axes, x.shape)

    # Where the result goes -------------------------------------------------------------------------------------

    def _placed(self, at: int, instruction: Instruction, found: _Found) -> Step | None:
        target = self._target(instruction)
        if target is None:
            return None
        array, storage = target
        if array.dtype.name not in TYPES or (found.reduces and instruction.writes):
            return None
        if not instruction.writes and array.dtype != found.dtype:
            return None
        shape = found.shape if found.reduces else array.shape
        step = Step(at, instruction, found.formula, found.operands, found.kinds, found.dtype, array, storage,
                    bool(instruction.writes), found.reduces, found.axes, shape)  # fmt: skip
        return step if array.size else None

    def _target(self, instruction: Instruction) -> Any:
        """The array that the result is written to, as it was in the recording, and its storage."""
        program = self.program
        if instruction.writes:
            out = instruction.options.get("out", instruction.args[0])
            array = self._array(out.id)
            if instruction.function.__name__ == "setitem":
                if any(True for _ in Instruction(np.add, (instruction.args[1],), {}, []).refs()):
                    return None
                array = array[instruction.args[1]]
                if not isinstance(array, np.ndarray) or not np.may_share_memory(array, self._array(out.id)):
                    return None
            return array, program.storage(out.id)
        (id,) = instruction.outputs if len(instruction.outputs) == 1 else (-1,)
        if id < 0 or program.values[id].is_number or program.storage(id) != id:
            return None
        return self._array(id), id


@dataclass
class _Found:
    formula: str
    operands: tuple[Any, ...]
    kinds: tuple[np.dtype[Any], ...]
    dtype: np.dtype[Any]
    reduces: str = ""
    axes: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()


def _holds(kind: np.dtype[Any], x: Any) -> bool:
    """Whether a number is one of a type's."""
    try:
        return kind.kind == "f" or bool(kind.type(x) == x)
    except OverflowError:
        return False
