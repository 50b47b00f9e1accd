"""The handle that users hold: an array, and its place in the graph."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rung.core.backward import backpropagate, seed_gradient
from rung.core.guard import note_exposed, note_written, share_guard
from rung.core.record import Record, next_serial
from rung.cuda import as_cupy, as_numpy, device_name, from_dlpack_array, has_readable_values
from rung.dtypes import as_array, gradient_dtype
from rung.errors import DTypeError, GraphError, ShapeError, message
from rung.trees import map_tree

_DROPS_GRAPH = (
    "{}: this call would drop the graph of a Variable; take x.data for the plain array, "
    "or use the function of rung.functions"
)


class Variable:
    """An array that remembers how it was computed.

    A Variable that a user makes is a leaf: it gets a gradient. What functions compute from leaves is
    differentiable; what they compute from plain arrays alone, or under `no_grad`, is a constant.

    >>> import rung
    >>> x = rung.Variable(3.0)
    >>> y = x ** 2 + 1
    >>> y.backward()
    >>> x.grad
    variable(6.0)
    """

    __slots__ = ("__weakref__", "_data", "_record")
    _data: Any
    _record: Record

    def __init__(self, data: Any, name: str | None = None):
        self._data = array = as_array(data)
        self._record = Record(None, 0, next_serial(), array.shape, array.dtype, True)
        self._record.name = name

    # The array ------------------------------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The array itself, to read and to write. Writing to it while the graph needs it is a `MutationError`.

        Assigning an array of another shape or dtype makes this a new leaf: the graph so far keeps the old one.
        """
        if self._record.guard is not None:
            note_exposed(self)
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        array = as_array(value)
        record = self._record
        if record.guard is not None and array is self._data:
            note_written(self)
        if array.shape != record.shape or array.dtype != record.dtype:
            self._record = Record(None, 0, next_serial(), array.shape, array.dtype, record.differentiable)
            self._record.name = record.name
        self._data = array

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        return self._data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        return self._data.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._data.dtype  # type: ignore[no-any-return]

    @property
    def device(self) -> str:
        """Where the array lives: ``cpu``, ``cuda:0`` …"""
        return device_name(self._data)

    def item(self) -> float:
        """The one element, as a Python number.

        >>> Variable(2.5).item()
        2.5
        """
        if self.size != 1:
            raise ShapeError(message("item", "expected exactly one element", x=self))
        return self._data.item()  # type: ignore[no-any-return]

    def tolist(self) -> Any:
        """The elements as Python numbers in nested lists.

        >>> Variable(np.array([[1.0, 2.0]])).tolist()
        [[1.0, 2.0]]
        """
        return self._data.tolist()

    @property
    def nbytes(self) -> int:
        """How many bytes the elements take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.shape:
            raise ShapeError(message("len", "expected at least one axis", x=self))
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Variable]:
        length, shape = len(self), self.shape[1:]
        return (row.reshape(shape) for row in (self.split(length) if length else ()))

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ShapeError(message("bool", "expected exactly one element", "use any() or all()", x=self))
        return bool(self.item())

    def __index__(self) -> int:
        if self.ndim or self.dtype.kind not in "iu":
            raise DTypeError(message("index", "expected a 0-d integer", x=self))
        return int(self.item())

    def __setitem__(self, index: Any, value: Any) -> None:
        raise GraphError(
            "a Variable cannot be assigned to in part, for the graph would not know; "
            "compute y = F.index_update(x, index, value), or write to x.data"
        )

    def _without_graph(self, who: str) -> Any:
        """The array for another library, if nothing is lost with it."""
        if self.differentiable:
            raise DTypeError(_DROPS_GRAPH.format(who))
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = as_numpy(self._without_graph("numpy"))
        return np.array(array, dtype, copy=copy)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        who = f"numpy.{function.__name__}"
        if function in (np.shape, np.ndim):  # nothing is lost with these
            return getattr(args[0], function.__name__)
        plain = map_tree(lambda x: as_numpy(x._without_graph(who)) if isinstance(x, Variable) else x, (args, kwargs))
        return function(*plain[0], **plain[1])

    def __dlpack__(self, **options: Any) -> Any:
        return self._without_graph("DLPack").__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._data.__dlpack_device__()  # type: ignore[no-any-return]

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __repr__(self) -> str:
        if not has_readable_values(self._data):
            return f"variable({self._data!r})"
        array = as_numpy(self._data)
        notes = [np.array2string(array, separator=" ", prefix="variable(") if array.ndim else str(array)]
        if self.dtype not in (np.float64, np.int64, np.bool_):
            notes.append(f"dtype={self.dtype}")
        if self.device != "cpu":
            notes.append(f"device={self.device}")
        if self.name:
            notes.append(f"name={self.name!r}")
        return f"variable({', '.join(notes)})"

    # Its place in the graph -----------------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """A name for pictures and messages."""
        return self._record.name

    @name.setter
    def name(self, value: str | None) -> None:
        self._record.name = value

    @property
    def creator(self) -> Any:
        """The node of the graph that made this variable; None for leaves and constants."""
        return self._record.creator

    @property
    def generation(self) -> int:
        """How many functions lie between this variable and the farthest leaf: 0 for a leaf.

        >>> x = Variable(1.0)
        >>> (x * x + x).generation
        2
        """
        return generation_of(self._record)

    @property
    def differentiable(self) -> bool:
        """Whether a gradient can flow here: true of leaves, and of results with a differentiable input."""
        return self._record.differentiable

    @property
    def grad(self) -> Variable | None:
        """The gradient that `backward` left here, a Variable itself; None before, and after `cleargrad`."""
        gradient = self._record.grad
        if gradient is not None and not isinstance(gradient, Variable):
            gradient = self._record.grad = constant(as_array(gradient))
        return gradient

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            shape = value.shape if isinstance(value, Variable) else as_array(value).shape
            if shape != self.shape:
                raise ShapeError(message("grad", "a gradient must have its variable's shape", x=self, grad=value))
            dtype = gradient_dtype(self.dtype)
            value = value if isinstance(value, Variable) else as_array(value)
            value = value if value.dtype == dtype else value.astype(dtype)
        self._record.grad = value

    def cleargrad(self) -> None:
        """Forget the gradient, so that the next `backward` starts from nothing."""
        self._record.grad = None

    def backward(
        self,
        retain_grad: bool = False,
        create_graph: bool | None = None,
        retain_graph: bool | None = None,
        grad: Any = None,
    ) -> None:
        """Differentiate this variable by every leaf that it was computed from, adding to the leaves' `.grad`.

        Of a variable with several elements, the *sum* is differentiated, unless `grad` weighs them.

        Args:
            retain_grad: keep the gradients of intermediate variables too.
            create_graph: make the gradients differentiable themselves.
            retain_graph: keep the saved arrays, so that backward can pass here again; as `create_graph` if None.
            grad: the gradient to start from, of this variable's shape; ones if None.

        Raises:
            GraphError: there is nothing to differentiate: a leaf or a constant.
            FreedGraphError: an earlier pass let the saved arrays go; so does one that an error ended, which leaves
                the gradients that it had reached.
            MutationError: a saved array was written to since it was saved.

        >>> x = Variable(2.0)
        >>> y = x ** 3
        >>> y.backward(create_graph=True)
        >>> gx = x.grad; x.cleargrad()
        >>> gx.backward()
        >>> gx, x.grad
        (variable(12.0), variable(12.0))
        """
        if self._record.creator is None:
            kind = "a leaf: nothing was computed" if self.differentiable else "a constant"
            cure = "it may come from data alone, from no_grad(), detach() or backward() without create_graph=True"
            raise GraphError(f"backward: expected a variable computed from another one, but this is {kind}; {cure}")
        if not isinstance(retain_grad, (bool, int)):
            cure = "a gradient to start from goes by its name: backward(grad=...)"
            raise DTypeError(message("backward", "retain_grad must be True or False", cure, retain_grad=retain_grad))
        backpropagate(
            [(self._record, seed_gradient(self, grad))],
            create_graph=create_graph,
            retain_graph=retain_graph,
            retain_grad=retain_grad,
        )

    def unchain(self) -> None:
        """Forget how this variable was made: it becomes a leaf."""
        self._record.creator = None

    def unchain_backward(self) -> None:
        """Cut the graph behind this variable's own function, as truncated backpropagation through time does.

        The variables that it was computed from become leaves, and so do all before them; as in the book, its own
        function stays.
        """
        node = self._record.creator
        queue = list(node.edges) if node is not None else []
        while queue:
            record = queue.pop()
            if (node := record.creator) is not None:
                record.creator = None
                queue.extend(node.edges)

    def detach(self) -> Variable:
        """A constant with the same array: gradients stop here.

        >>> Variable(1.0).detach().differentiable
        False
        """
        cut = constant(self._data.detach() if hasattr(self._data, "detach") else self._data)
        share_guard(self._record, self._data, cut._record)
        return cut

    def with_own_array(self) -> Variable:
        """The same place in the graph with a copy of the array, which is then safe to write to."""
        return handle(self._data.copy(), self._record)

    # Copies and devices ---------------------------------------------------------------------------------------

    def to_cpu(self) -> Self:
        """Move the array to the CPU, in place; return self."""
        self.data = as_numpy(self._data)
        return self

    def to_gpu(self) -> Self:
        """Move the array to the GPU, in place; return self."""
        self.data = as_cupy(self._data)
        return self

    def __copy__(self) -> Self:
        return self.__deepcopy__({})  # a second handle on one array would escape the mutation guard

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = self.__class__.__new__(self.__class__)
        memo[id(self)] = twin
        twin.__setstate__({**self.__getstate__(), "data": copy.copy(self._data)})
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """What pickle and copy take along: the array, the name and the gradient's values; never the graph."""
        gradient = self._record.grad
        return {
            "data": self._data,
            "name": self.name,
            "differentiable": self.differentiable,
            "grad": None if gradient is None else getattr(gradient, "_data", gradient).copy(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        Variable.__init__(self, state["data"], state["name"])
        self._record.differentiable = state["differentiable"]
        self._record.grad = state["grad"]

    if TYPE_CHECKING:  # bound by rung.functions, so that the core never looks up
        T: Variable

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any: ...
        def __add__(self, other: Any) -> Variable: ...
        def __radd__(self, other: Any) -> Variable: ...
        def __sub__(self, other: Any) -> Variable: ...
        def __rsub__(self, other: Any) -> Variable: ...
        def __mul__(self, other: Any) -> Variable: ...
        def __rmul__(self, other: Any) -> Variable: ...
        def __truediv__(self, other: Any) -> Variable: ...
        def __rtruediv__(self, other: Any) -> Variable: ...
        def __pow__(self, other: Any) -> Variable: ...
        def __rpow__(self, other: Any) -> Variable: ...
        def __matmul__(self, other: Any) -> Variable: ...
        def __rmatmul__(self, other: Any) -> Variable: ...
        def __neg__(self) -> Variable: ...
        def __getitem__(self, index: Any) -> Variable: ...
        def __gt__(self, other: Any) -> Variable: ...
        def __ge__(self, other: Any) -> Variable: ...
        def __lt__(self, other: Any) -> Variable: ...
        def __le__(self, other: Any) -> Variable: ...
        def sum(self, axis: Any = None, keepdims: bool = False) -> Variable: ...
        def mean(self, axis: Any = None, keepdims: bool = False) -> Variable: ...
        def max(self, axis: Any = None, keepdims: bool = False) -> Variable: ...
        def broadcast_to(self, shape: Any) -> Variable: ...
        def reshape(self, *shape: Any) -> Variable: ...
        def split(self, parts: Any, axis: int = 0) -> list[Variable]: ...
        def transpose(self, *axes: Any) -> Variable: ...
        def astype(self, dtype: Any) -> Variable: ...


def from_dlpack(x: Any) -> Variable:
    """A constant on the memory of another library's array (PyTorch, JAX, CuPy …), without copying.

    >>> from_dlpack(np.ones(2))
    variable([1. 1.])

    Raises:
        DTypeError: it is no array that DLPack can pass on, or not one of real numbers.
    """
    if not hasattr(x, "__dlpack__"):
        raise DTypeError(f"from_dlpack: expected an array that DLPack can pass on, but got {type(x).__name__}")
    return constant(as_array(from_dlpack_array(x), op="from_dlpack"))


def handle(data: Any, record: Record) -> Variable:
    """A Variable for an array whose place in the graph is known."""
    variable = Variable.__new__(Variable)
    variable._data = data
    variable._record = record
    return variable


def leaf(data: Any) -> Variable:
    """A Variable at a place of its own in the graph, on an array or on what stands for one."""
    return handle(data, Record(None, 0, next_serial(), data.shape, data.dtype, True))


def constant(data: Any) -> Variable:
    """A Variable that gets no gradient."""
    return handle(data, Record(None, 0, next_serial(), data.shape, data.dtype, False))


def as_variable(x: Any) -> Variable:
    """`x` itself if it is a Variable; otherwise a constant made of it, for data gets no gradient.

    >>> as_variable(np.ones(2)).differentiable
    False
    """
    return x if isinstance(x, Variable) else constant(as_array(x))


def generation_of(record: Any) -> int:
    """The length of the longest path of functions behind a record."""
    depth: dict[Any, int] = {}
    stack = [record.creator] if record.creator is not None else []
    while stack:
        node = stack[-1]
        makers = [edge.creator for edge in node.edges if edge.creator is not None]
        missing = [maker for maker in makers if maker not in depth]
        if missing:
            stack.extend(missing)
        else:
            depth[stack.pop()] = 1 + max((depth[maker] for maker in makers), default=0)
    return depth[record.creator] if record.creator is not None else 0
