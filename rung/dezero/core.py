"""`dezero.core`: the book's Variable, Parameter and Function, on Rung's engine.

Every Variable here is a handle on a record of Rung's graph (rung/core/record.py), so derivatives, to any order, are
the engine's. What is added is what programs of the book look at: a Variable prints as in the book, its `grad` may be
set before `backward`, and its `creator` is the very function object that was called, with `inputs` and `outputs`.
"""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

import rung.functions as F
from rung.config import Config, current_mode, mode, no_grad, test_mode, using_config
from rung.core.backward import backpropagate, seed_gradient
from rung.core.book import save_everything
from rung.core.call import apply
from rung.core.function import Function as RungFunction
from rung.core.node import Node
from rung.core.parameter import Parameter as RungParameter
from rung.core.parameter import Unsized
from rung.core.record import Constant, Record, next_serial
from rung.core.variable import Variable as RungVariable
from rung.core.variable import constant
from rung.cuda import is_array
from rung.functions.methods import METHODS

__all__ = [
    "Add", "Config", "Div", "Function", "Mul", "Neg", "Parameter", "Pow", "Sub", "Variable", "add", "array_types",
    "as_array", "as_variable", "div", "mul", "neg", "no_grad", "pow", "rdiv", "rsub", "setup_variable", "sub",
    "test_mode", "using_config",
]  # fmt: skip

array_types: Any = np.ndarray  # arrays of CuPy's are taken too, whether or not CuPy was imported before


class Variable(RungVariable):
    """An array that remembers how it was computed, as the book has it.

    Rung's own Variable does more; what this one does differently is for programs of the book alone:

    - it takes arrays, or None, and nothing else;
    - it prints without dtype and name;
    - a gradient that is set before `backward` is where `backward` starts;
    - the graph can be passed again, and is kept as long as its results;
    - of integers alone, gradients are integers;
    - `==` says whether two Variables are the same one.

    >>> x = Variable(np.array([1.0, 2.0]))
    >>> y = x * x
    >>> y.grad = Variable(np.array([1.0, 10.0]))
    >>> y.backward()
    >>> x.grad, type(y.creator).__name__, y.creator.inputs[0] is x
    (variable([ 2. 40.]), 'Mul', True)
    """

    __array_priority__ = 200
    family: ClassVar[Any]  # the class of what is computed from this one

    def __init__(self, data: Any, name: str | None = None):
        if data is None:
            self._data = Unsized(name)
            self._record = Record(None, 0, next_serial(), (), np.dtype(np.float64), True)
            self._record.name = name
        elif is_array(data) or isinstance(data, np.ndarray):
            RungVariable.__init__(self, data, name)
        else:
            raise TypeError(f"{type(data)} is not supported")

    @property
    def data(self) -> Any:
        """The array, to read and to write; None if there is none."""
        return None if isinstance(self._data, Unsized) else RungVariable.data.fget(self)  # type: ignore[attr-defined]

    @data.setter
    def data(self, value: Any) -> None:
        if value is None:
            self._data = Unsized(self.name)
        else:
            RungVariable.data.fset(self, value)  # type: ignore[attr-defined]

    @property
    def grad(self) -> Any:
        """The gradient, a Variable too; what is set here before `backward` is where `backward` starts."""
        gradient = self._record.grad
        if gradient is not None and not isinstance(gradient, Variable):
            gradient = (
                adopt(gradient, self.family)
                if isinstance(gradient, RungVariable)
                else self.family(as_array(gradient))
            )
            self._record.grad = gradient
        return gradient

    @grad.setter
    def grad(self, value: Any) -> None:
        RungVariable.grad.fset(self, value)  # type: ignore[attr-defined]

    @property
    def creator(self) -> Any:
        """The function object that made this variable; None for one that a program made."""
        node = self._record.creator
        if node is None:
            return None
        if not hasattr(node, "maker"):
            node.maker = _described(node, self)
        return node.maker

    def set_creator(self, func: Any) -> None:
        """Say which function, whose inputs are known, made this variable."""
        record, xs = self._record, func.inputs
        plan = save_everything(len(xs), 1)
        node = Node(func, tuple(x._record for x in xs), plan, (*(x._data for x in xs), self._data))
        node.maker = func
        self._record = Record(node, 0, node.serial, record.shape, record.dtype, True)
        self._record.name = record.name

    def backward(self, retain_grad: bool = False, create_graph: bool = False) -> None:  # type: ignore[override]
        """Differentiate this variable, or its sum, by all that it was computed from: see `rung.Variable.backward`.

        Args:
            retain_grad: keep the gradients of intermediate variables, and of this one.
            create_graph: make the gradients differentiable themselves.
        """
        seed = self._record.grad
        RungVariable.backward(self, retain_grad, create_graph, retain_graph=True, grad=seed)
        if not retain_grad:
            self._record.grad = None
        if seed is None and self.dtype.kind in "iu" and not create_graph:
            _make_gradients_integers(self._record)

    def __repr__(self) -> str:
        if self.data is None:
            return "variable(None)"
        return f"variable({str(self.data).replace(chr(10), chr(10) + ' ' * 9)})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __len__(self) -> int:
        return len(self._data)

    def reshape(self, *shape: Any) -> Any:
        """The same elements in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`."""
        return _functions().reshape(self, tuple(shape[0]) if isinstance(shape[0], (tuple, list)) else shape)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order; in reverse order if none is given."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = tuple(axes[0] or ())
        return _functions().transpose(self, axes or None)

    @property
    def T(self) -> Any:  # type: ignore[override]
        """The axes in reverse order."""
        return _functions().transpose(self)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The sum of the elements, over some axes or over all."""
        return _functions().sum(self, axis, keepdims)

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


class Parameter(Variable, RungParameter):
    """A Variable that a layer learns; its array may come later."""

    def __init__(
        self, data: Any, name: str | None = None, expected_shape: tuple[int | None, ...] = (), dtype: Any = None
    ):
        self._expected_shape = expected_shape
        Variable.__init__(self, data, name)
        if data is None:
            self._record.dtype = np.dtype(dtype or np.float32)


Variable.family = Variable


def as_variable(obj: Any) -> Any:
    """`obj` itself if it is a Variable; a new one on an array otherwise, which gets a gradient like any other."""
    if isinstance(obj, Variable):
        return obj
    return adopt(obj, Variable) if isinstance(obj, RungVariable) else Variable(obj)


def as_array(x: Any, array_module: Any = np) -> Any:
    """A number as an array; anything else as it is.

    >>> as_array(2.0)
    array(2.)
    """
    return array_module.array(x) if np.isscalar(x) else x


class Function(RungFunction):
    """What a program of the book derives its functions from: `forward` on arrays, `backward` on Variables.

    >>> class Square(Function):
    ...     def forward(self, x):
    ...         return x ** 2
    ...     def backward(self, gy):
    ...         x, = self.inputs
    ...         return 2 * x * gy
    >>> f, x = Square(), Variable(np.array(3.0))
    >>> y = f(x)
    >>> y.backward()
    >>> x.grad, y.creator is f, f.outputs[0]() is y
    (variable(6.0), True, True)
    """

    shown: ClassVar[Any] = staticmethod(lambda variable: adopt(variable, Variable))
    shown_gradient: ClassVar[Any] = shown
    family: ClassVar[Any] = Variable

    def forward(self, xs: Any) -> Any:
        """Compute the outputs, arrays, from the inputs, arrays."""
        raise NotImplementedError()

    def backward(self, gys: Any) -> Any:
        """Compute the gradients of the inputs from those of the outputs, Variables all."""
        raise NotImplementedError()

    def __call__(self, *inputs: Any) -> Any:
        if not any(isinstance(x, RungVariable) for x in inputs):
            # As in the book, arrays that no Variable is beside get gradients.
            inputs = tuple(None if x is None else self.family(as_array(x)) for x in inputs)
        me = copy.copy(self) if "_inputs" in vars(self) else self  # one object, called twice, is two in the graph
        return me._introduced(inputs, me._compute(inputs))

    def _compute(self, inputs: tuple[Any, ...]) -> Any:
        return apply(self, *inputs)

    def _introduced(self, inputs: tuple[Any, ...], results: Any) -> Any:
        """The results as the program's own Variables, which know this function as their creator."""
        family = next((x.family for x in inputs if isinstance(x, Variable)), self.family)
        for x in inputs:
            if isinstance(x, Variable) and isinstance(results, RungVariable) and x._record is results._record:
                return x
        ys = [adopt_result(y, family) for y in (results if isinstance(results, tuple) else (results,))]
        node = ys[0]._record.creator
        if node is not None and not hasattr(node, "maker"):
            node.maker = self
            self._inputs: Any = inputs
            self.outputs = [weakref.ref(y) for y in ys]
        return ys if len(ys) > 1 else ys[0]

    @property
    def inputs(self) -> Any:
        """The variables that the function was called on."""
        if type(self._inputs) is tuple:
            self._inputs = [_as_input(x) for x in self._inputs]
        return self._inputs

    @inputs.setter
    def inputs(self, values: Any) -> None:
        self._inputs = values

    @property
    def generation(self) -> int:
        """How many functions lie between this one and the farthest variable that a program made."""
        return max((x.generation for x in self.inputs), default=0)


class Op(Function):
    """A function of the book that is computed, and differentiated, by Rung's: a subclass says by which, in `run`."""

    run: Any

    def _compute(self, inputs: tuple[Any, ...]) -> Any:
        return self.run(*inputs)

    def forward(self, *xs: Any) -> Any:
        """Compute the outputs, arrays, from the inputs, arrays."""
        with mode(enable_backprop=False):
            results = self.run(*xs)
        return tuple(y._data for y in results) if isinstance(results, tuple) else results._data

    def backward(self, *gys: Any) -> Any:
        """The gradients of the inputs that have one, recorded unless recording is off; None for the others."""
        ys = [output() for output in self.outputs]
        records = [x._record for x in self.inputs]
        found = backpropagate(
            [(y._record, seed_gradient(y, gy)) for y, gy in zip(ys, gys, strict=True)],
            create_graph=current_mode().enable_backprop,
            retain_graph=True,
            targets=records,
            since=max(record.serial for record in records),  # through this function alone
        )
        gxs = tuple(None if found[record] is None else as_variable(as_array(found[record])) for record in records)
        return gxs if len(gxs) > 1 else gxs[0]


def adopt(x: Any, family: Any) -> Any:
    """A Variable of the program's own class in the place of one of Rung's; whatever else it is stays as it is."""
    if isinstance(x, Variable) or not isinstance(x, RungVariable):
        return x
    y = family.__new__(family)
    y._data, y._record = x._data, x._record
    return y


def adopt_result(x: Any, family: Any) -> Any:
    """The same for what a function computed, or for all parts of it.

    What is computed while recording is off becomes a variable like any that a program made: it gets a gradient.
    """
    if isinstance(x, (tuple, list)):
        return type(x)(adopt_result(part, family) for part in x)
    y = adopt(x, family)
    if isinstance(y, Variable) and y._record.creator is None and not current_mode().enable_backprop:
        y._record.differentiable = True
    return y


# Where the graph was made by the engine alone, as that of a gradient is, its functions are described when asked for.


_known: weakref.WeakValueDictionary[Record, Variable] = weakref.WeakValueDictionary()
_kinds: dict[str, type[Op]] = {}


def _described(node: Any, output: Variable) -> Any:
    """A function object for a node that no function object was called for."""
    name = type(node.op).__name__
    kind = _kinds.setdefault(name, type(name, (Op,), {"__module__": __name__}))
    described = kind()
    _known[output._record] = output
    described.inputs = [_on_edge(node, index, edge) for index, edge in enumerate(node.edges)]
    described.outputs = [weakref.ref(output)]
    return described


def _on_edge(node: Any, index: int, edge: Any) -> Variable:
    if type(edge) is Constant:
        return Variable(np.asarray(edge.value))
    outputs = getattr(getattr(edge.creator, "maker", None), "outputs", ())
    known = _known.get(edge) or (outputs[edge.index]() if edge.index < len(outputs) else None)
    if known is None:
        saved = dict(zip(node.plan.saved_inputs, node.saved or (), strict=False))
        known = Variable.__new__(Variable)
        known._data, known._record = saved.get(index, Lost(edge.shape, edge.dtype)), edge
        _known[edge] = known
    return known


class Lost(Unsized):
    """Stands for an array that nobody kept: its shape and dtype are known, its elements are not."""

    def __init__(self, shape: tuple[int, ...], dtype: Any):
        self.shape, self.dtype, self.ndim = shape, dtype, len(shape)
        super().__init__("an intermediate variable whose array was not kept")


def _as_input(x: Any) -> Any:
    if isinstance(x, Variable):
        return x
    if isinstance(x, RungVariable):
        return adopt(x, Variable)
    return Variable(None) if x is None else adopt(constant(np.asarray(x) if np.isscalar(x) else x), Variable)


def _make_gradients_integers(root: Record) -> None:
    """After a pass from an integer, give integers the integer gradients that the book prints."""
    records, seen, stack = {root}, set(), [root.creator]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            records.update(edge for edge in node.edges if type(edge) is Record)
            stack.extend(edge.creator for edge in node.edges if edge.creator is not None)
    for record in records:
        gradient = getattr(record.grad, "_data", record.grad)
        if gradient is not None and record.dtype.kind in "iu" and bool((gradient == gradient.round()).all()):
            record.grad = gradient.astype(record.dtype)


# The four operations, and the operators


class Add(Op):
    """y = x0 + x1"""

    run = staticmethod(F.add)


class Sub(Op):
    """y = x0 - x1"""

    run = staticmethod(F.sub)


class Mul(Op):
    """y = x0 * x1"""

    run = staticmethod(F.mul)


class Div(Op):
    """y = x0 / x1"""

    run = staticmethod(F.div)


class Neg(Op):
    """y = -x"""

    run = staticmethod(F.neg)


class Pow(Op):
    """y = x ** c"""

    def __init__(self, c: Any):
        self.c = c

    def run(self, x: Any) -> Any:
        return F.pow(x, self.c)


def add(x0: Any, x1: Any) -> Any:
    """x0 + x1"""
    return Add()(x0, x1)


def sub(x0: Any, x1: Any) -> Any:
    """x0 - x1"""
    return Sub()(x0, x1)


def rsub(x0: Any, x1: Any) -> Any:
    """x1 - x0"""
    return Sub()(x1, x0)


def mul(x0: Any, x1: Any) -> Any:
    """x0 * x1"""
    return Mul()(x0, x1)


def div(x0: Any, x1: Any) -> Any:
    """x0 / x1"""
    return Div()(x0, x1)


def rdiv(x0: Any, x1: Any) -> Any:
    """x1 / x0"""
    return Div()(x1, x0)


def neg(x: Any) -> Any:
    """-x"""
    return Neg()(x)


def pow(x: Any, c: Any) -> Any:
    """x ** c; c may be a Variable too."""
    return _Power()(x, c) if isinstance(c, RungVariable) else Pow(c)(x)


class _Power(Op):
    run = staticmethod(F.pow)


OPERATORS: dict[str, Callable[..., Any]] = {
    "__add__": add, "__radd__": add, "__sub__": sub, "__rsub__": rsub, "__mul__": mul, "__rmul__": mul,
    "__truediv__": div, "__rtruediv__": rdiv, "__neg__": neg, "__pow__": pow,
}  # fmt: skip
UFUNCS: dict[Any, Any] = {np.add: add, np.subtract: sub, np.multiply: mul, np.divide: div, np.negative: neg}


def _array_ufunc(x: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    if method == "__call__" and not options and ufunc in UFUNCS:
        return UFUNCS[ufunc](*inputs)
    return adopt_result(METHODS["__array_ufunc__"](x, ufunc, method, *inputs, **options), x.family)  # type: ignore[operator]


def setup_variable() -> None:
    """Give Variables their operators, and the methods that are functions."""
    functions = _functions()
    bound = {"__getitem__": functions.get_item, "max": functions.max, "min": functions.min,
             "dot": functions.matmul, "matmaul": functions.matmul, "matmul": functions.matmul}  # fmt: skip
    for name, method in {**OPERATORS, **bound, "__array_ufunc__": _array_ufunc}.items():
        setattr(Variable, name, method)


def _adopt_methods() -> None:
    """Let all other methods of Rung's Variables give Variables of the program's own class."""
    for name, method in METHODS.items():
        if name not in vars(Variable):
            setattr(Variable, name, _adopting(method))


def _adopting(method: Any) -> Any:
    if isinstance(method, property):
        getter: Any = method.fget
        return property(lambda x: adopt_result(getter(x), x.family), doc=method.__doc__)
    return lambda x, *args, **options: adopt_result(method(x, *args, **options), x.family)


def _functions() -> Any:
    from rung.dezero import functions  # which is made of what stands here

    return functions


_adopt_methods()
