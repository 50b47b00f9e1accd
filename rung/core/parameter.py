"""Parameters: Variables that layers learn, whose sizes may be learnt first; buffers; and what fits them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from rung.config import get_default_dtype
from rung.core.guard import note_written
from rung.core.record import Record, next_serial
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.dtypes import as_array
from rung.errors import DTypeError, ShapeError
from rung.shapes import agree


class Unsized:
    """Stands for the array of a parameter whose size is learnt later; whatever is asked of it says so."""

    def __init__(self, name: str | None):
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise ShapeError(
            f"{self.name or 'this parameter'} has no size yet; call the model on a batch first, or give in_size"
        )


class Parameter(Variable):
    """A Variable that a layer learns.

    Args:
        data: the array, which is copied; None if its size is learnt later, with the first batch or from a file.
        name: for pictures and messages.
        expected_shape: what is known of the shape before the data are there; None for a size that is not.
        dtype: of data that come later; the default dtype if None.
    """

    __slots__ = ("_expected_shape",)

    def __init__(
        self, data: Any, name: str | None = None, expected_shape: tuple[int | None, ...] = (), dtype: Any = None
    ):
        self._expected_shape = expected_shape
        if data is not None:
            super().__init__(as_array(data).copy(), name)  # so that no two parameters step each other
        else:
            self._data = Unsized(name)
            self._record = Record(None, 0, next_serial(), (), np.dtype(dtype or get_default_dtype()), True)
            self._record.name = name

    @property
    def is_sized(self) -> bool:
        """Whether the array is there."""
        return type(self._data) is not Unsized

    @property
    def data(self) -> Any:
        """The array, to read and to write; None as long as its size is not known."""
        return Variable.data.fget(self) if self.is_sized else None  # type: ignore[attr-defined]

    @data.setter
    def data(self, value: Any) -> None:
        Variable.data.fset(self, value)  # type: ignore[attr-defined]

    @property
    def expected_shape(self) -> tuple[int | None, ...]:
        """The shape, with None for a size that is not known yet."""
        return self.shape if self.is_sized else self._expected_shape

    def initialize(self, array: Any) -> None:
        """Take over the values of an array, in the parameter's own dtype; on its device, if it has values already.

        Raises:
            ShapeError: the array is of another shape than is expected.
            DTypeError: it is of another kind of numbers, or holds some that the dtype cannot.
        """
        values = as_array(array)
        if objection := misfit(self, values):
            error = DTypeError if agree(self.expected_shape, values.shape) else ShapeError
            raise error(f"Parameter: the values for {self.name or 'a parameter'} {objection}")
        self._take_over(values)

    def _take_over(self, values: Any) -> None:
        """Take over values that are known to fit."""
        if self.is_sized:
            self._data[...] = get_array_module(self._data).asarray(values)
            note_written(self)
        else:
            self.data = values.astype(self._record.dtype)  # a copy: whoever gave it may write to it

    @property
    def trainable(self) -> bool:
        """Whether a gradient is computed for this parameter; set it to False to freeze it."""
        return self._record.differentiable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._record.differentiable = bool(value)

    def to_cpu(self) -> Self:
        """Move the array to the CPU, in place, if it is there; return self."""
        return super().to_cpu() if self.is_sized else self

    def to_gpu(self) -> Self:
        """Move the array to the GPU, in place, if it is there; return self."""
        return super().to_gpu() if self.is_sized else self

    def __repr__(self) -> str:
        return super().__repr__() if self.is_sized else f"variable(no size yet, name={self.name!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "expected_shape": self._expected_shape, "dtype": self._record.dtype}

    def __setstate__(self, state: dict[str, Any]) -> None:
        data = state["data"]
        known = None if type(data) is Unsized else data
        self.__init__(known, state["name"], state["expected_shape"], state["dtype"])  # type: ignore[misc]
        self._record.differentiable = state["differentiable"]
        self._record.grad = state["grad"]


class Buffer(Parameter):
    """State that a layer keeps and does not learn, such as running statistics; it is saved with the weights."""

    __slots__ = ()

    def __init__(
        self, data: Any, name: str | None = None, expected_shape: tuple[int | None, ...] = (), dtype: Any = None
    ):
        super().__init__(data, name, expected_shape, dtype)
        self._record.differentiable = False


def misfit(parameter: Parameter, array: Any, dtype: Any = None) -> str:
    """Why an array cannot be a parameter's values, or what is remembered beside them; an empty text if it can.

    Args:
        dtype: what the array must have; None: any of the parameter's kind, if the values are within its range.

    >>> misfit(Parameter(None, expected_shape=(None, 2)), np.zeros((3, 4)))
    'must be of shape (any x 2), but is (3, 4)'
    """
    expected = parameter.expected_shape
    if not agree(expected, array.shape):
        wanted = " x ".join("any" if size is None else str(size) for size in expected)
        return f"must be of shape ({wanted}), but is {tuple(array.shape)}"
    if dtype is not None:
        return "" if array.dtype == dtype else f"must be an array of {dtype}, but is of {array.dtype}"
    kind = parameter.dtype.kind if parameter.is_sized else "f"
    if array.dtype.kind != kind:
        return f"must be an array of {'floats' if kind == 'f' else parameter.dtype}, but is of {array.dtype}"
    return _out_of_range(array, parameter._record.dtype)


def _out_of_range(array: Any, dtype: Any) -> str:
    if dtype.kind not in "fiu":
        return ""
    limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    finite = array[np.isfinite(array)]
    if finite.size and (finite.max() > limits.max or finite.min() < limits.min):
        return f"holds values from {finite.min():.3g} to {finite.max():.3g}, too large for {dtype}"
    return ""
