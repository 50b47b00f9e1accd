"""The base of layers: something with parameters, by name, that computes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from rung.core.variable import Parameter
from rung.cuda import as_numpy
from rung.errors import DTypeError, ShapeError, ValueRangeError, WeightFileError, describe


class Layer:
    """Something that computes with parameters of its own.

    Parameters and layers that are set as attributes belong to the layer, also inside lists and dicts; nothing need
    be declared, and what is deleted or replaced is gone. A parameter's name is its path: ``l1.W``, ``blocks.0.b``.

    >>> import numpy as np
    >>> class Scale(Layer):
    ...     def __init__(self):
    ...         self.factor = Parameter(np.ones(1))
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> Scale()(np.array([2.0]))
    variable([2.])
    >>> [name for name, _ in Scale().named_params()]
    ['factor']
    """

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        return self.forward(*inputs, **options)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Compute the outputs; every layer has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward method")

    # Parameters -----------------------------------------------------------------------------------------------

    def named_params(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its name, in the order in which they were set; a shared one comes once."""
        seen: set[int] = set()
        for path, parameter in _walk(prefix, vars(self), (id(self),)):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield path, parameter

    def params(self) -> Iterator[Parameter]:
        """Every parameter, once."""
        for _, parameter in self.named_params():
            yield parameter

    def cleargrads(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.params():
            parameter.cleargrad()

    def freeze(self) -> Self:
        """Compute no gradients for the parameters here any more; return self."""
        for parameter in self.params():
            parameter.trainable = False
        return self

    def unfreeze(self) -> Self:
        """Learn again; return self."""
        for parameter in self.params():
            parameter.trainable = True
        return self

    # Devices and files ----------------------------------------------------------------------------------------

    def to_cpu(self) -> Self:
        """Move all parameters to the CPU; return self."""
        for parameter in self.params():
            parameter.to_cpu()
        return self

    def to_gpu(self) -> Self:
        """Move all parameters to the GPU; return self."""
        for parameter in self.params():
            parameter.to_gpu()
        return self

    def state_dict(self) -> dict[str, Any]:
        """The parameters' arrays by name; not copies.

        Raises:
            ShapeError: a parameter has no size yet, since the layer has not seen a batch.
        """
        state = {}
        for name, parameter in self.named_params():
            if not parameter.is_sized:
                raise ShapeError(f"state_dict: the parameter {name} has no size yet; call the model on a batch first")
            state[name] = parameter._data
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over arrays by name, all or nothing: everything is checked before anything is assigned.

        Raises:
            WeightFileError: names, shapes or dtypes differ; the message says which.
        """
        if not isinstance(state, dict):
            raise DTypeError(f"load_state_dict: expected a dict of arrays by name, but got {describe(state)}")
        state = {name: as_numpy(array) for name, array in state.items()}
        parameters = dict(self.named_params())
        missing, unknown = parameters.keys() - state.keys(), state.keys() - parameters.keys()
        if missing or unknown:
            raise WeightFileError(
                "load_state_dict: the names differ; "
                f"missing: {', '.join(sorted(missing)) or 'none'}; unknown: {', '.join(sorted(unknown)) or 'none'}"
            )
        for name, parameter in parameters.items():
            _check_fit(name, parameter, state[name])
        for name, parameter in parameters.items():
            parameter.initialize(state[name])

    def save_weights(self, path: Any) -> None:
        """Write the parameters to an ``.npz`` file: the whole new file or the whole old one, whatever happens."""
        from rung.serializers import save_arrays  # imports much, and most programs never come here

        save_arrays(path, self.state_dict())

    def load_weights(self, path: Any) -> None:
        """Read the parameters from a file that `save_weights` wrote, checked before anything changes.

        Raises:
            WeightFileError: the file is damaged or does not fit; the model is as it was.
        """
        from rung.serializers import load_arrays

        arrays = load_arrays(path)
        self.load_state_dict(
            {name.replace("/", "."): array for name, array in arrays.items()}
        )  # the book writes l1/W

    def __repr__(self) -> str:
        parts = [f"{name}={_shape_text(p)}" for name, p in self.named_params()]
        return f"{type(self).__name__}({', '.join(parts)})"


def _walk(prefix: str, children: Any, above: tuple[int, ...] = ()) -> Iterator[tuple[str, Parameter]]:
    """Every parameter in a layer's attributes, a list or a dict, with its path; loops are not entered twice."""
    for key, child in children.items() if isinstance(children, dict) else enumerate(children):
        if id(child) in above:
            continue
        inside = (*above, id(child))
        if isinstance(child, Parameter):
            yield f"{prefix}{_checked_key(key)}", child
        elif isinstance(child, Layer):
            yield from _walk(f"{prefix}{_checked_key(key)}.", vars(child), inside)
        elif isinstance(child, (list, tuple, dict)):
            yield from _walk(f"{prefix}{key}.", child, inside)


def _checked_key(key: Any) -> Any:
    if isinstance(key, str) and ("." in key or "/" in key):
        raise ValueRangeError(f"Layer: a name may not contain '.' or '/', since names are paths, but got {key!r}")
    return key


def _check_fit(name: str, parameter: Parameter, array: Any) -> None:
    fits = len(array.shape) == len(parameter.expected_shape) and all(
        wanted in (None, size) for wanted, size in zip(parameter.expected_shape, array.shape, strict=True)
    )
    if fits and array.dtype.kind == "f" and parameter.is_sized and array.size:
        top = np.nanmax(np.abs(array))
        if np.isfinite(top) and top > np.finfo(parameter.dtype).max:
            raise WeightFileError(
                f"load_state_dict: {name} holds values up to {top:.3g}, too large for {parameter.dtype}"
            )
    if not fits or array.dtype.kind != "f":
        wanted = " x ".join("any" if size is None else str(size) for size in parameter.expected_shape)
        raise WeightFileError(
            f"load_state_dict: {name} must be an array of floats of shape ({wanted}), "
            f"but got {array.dtype} {tuple(array.shape)}"
        )


def _shape_text(variable: Parameter) -> str:
    return str(variable.shape) if variable.is_sized else "?"
