"""The base of layers: something with parameters, by name, that computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from rung.config import current_mode
from rung.core.parameter import Buffer, Parameter, misfit
from rung.cuda import as_numpy
from rung.errors import DTypeError, ShapeError, ValueRangeError, WeightFileError, describe
from rung.layers.foreign import from_pytorch
from rung.layers.hooks import ForwardHook, GradientHook, Handle, Hooks
from rung.layers.summary import Summary, summarize

__all__ = ["Layer"]


class Layer:
    """Something that computes with parameters of its own.

    Parameters, buffers and layers that are set as attributes belong to the layer, also inside lists, tuples and
    dicts; nothing need be declared, and what is deleted or replaced is gone. A parameter's name is its path:
    ``l1.W``, ``blocks.0.b``. In sets, deques, arrays of objects and ``d.values()`` they would have no names, which is
    an error; in generators, and in objects that are no layers, they are not looked for.

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

    # What PyTorch calls the parameters here, such as {"W": "weight.T"}; with .T, it holds the transposed matrix.
    pytorch_names: ClassVar[dict[str, str]] = {}

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        hooks: Hooks | None = vars(self).get("_hooks")
        if (watcher := current_mode().watcher) is not None:
            with watcher.layer(self):
                return (hooks or Hooks()).run(self, inputs, options)
        if hooks is None:
            return self.forward(*inputs, **options)
        return hooks.run(self, inputs, options)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Compute the outputs; every layer has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward method")

    # Parameters -----------------------------------------------------------------------------------------------

    def named_params(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its name, in the order in which they were set; a shared one comes once."""
        for path, child in _walk(prefix, self):
            if isinstance(child, Parameter) and not isinstance(child, Buffer):
                yield path, child

    def named_buffers(self, prefix: str = "") -> Iterator[tuple[str, Buffer]]:
        """Every buffer with its name: what is saved with the weights, but not learnt."""
        for path, child in self._named_state(prefix):
            if isinstance(child, Buffer):
                yield path, child

    def named_layers(self, prefix: str = "") -> Iterator[tuple[str, Layer]]:
        """Every layer inside, this one first, with its path; a shared one comes once."""
        yield from ((path, x) for path, x in _walk(prefix, self) if isinstance(x, Layer))

    def params(self) -> Iterator[Parameter]:
        """Every parameter, once."""
        for _, child in _walk("", self):
            if isinstance(child, Parameter) and not isinstance(child, Buffer):
                yield child

    def _named_state(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        yield from ((path, x) for path, x in _walk(prefix, self) if isinstance(x, Parameter))

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
        """Move all parameters and buffers to the CPU; return self."""
        for _, parameter in self._named_state():
            parameter.to_cpu()
        return self

    def to_gpu(self) -> Self:
        """Move all parameters and buffers to the GPU; return self."""
        for _, parameter in self._named_state():
            parameter.to_gpu()
        return self

    def state_dict(self) -> dict[str, Any]:
        """The arrays of parameters and buffers by name; not copies, so they go on changing in training.

        To keep the weights of now: ``best = copy.deepcopy(model.state_dict())``.

        Raises:
            ShapeError: a parameter has no size yet, since its layer was never called.
        """
        state = {}
        for name, parameter in self._named_state():
            if name in state:
                raise ValueRangeError(f"state_dict: two parameters have the name {name}; rename one of the keys")
            if not parameter.is_sized:
                layer = name.rpartition(".")[0] or type(self).__name__
                came = f"{layer} was never called, so its parameter {name} has no size yet"
                cure = "call the model on a batch first, or take the layer away if nothing uses it"
                raise ShapeError(f"state_dict: {came}; {cure}")
            state[name] = parameter._data
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over arrays by name, all or nothing: everything is checked before anything is assigned.

        Names and layouts of PyTorch are understood, where the layers are the same: see `rung.layers.foreign`.

        Raises:
            WeightFileError: names, shapes or dtypes differ; the message says which.
        """
        if not isinstance(state, dict):
            raise DTypeError(f"load_state_dict: expected a dict of arrays by name, but got {describe(state)}")
        owned = dict(self._named_state())
        state = {name: as_numpy(array) for name, array in state.items()}
        if state.keys() != owned.keys():
            state = from_pytorch(self, state)
        objections = [
            *(f"{name} is missing" for name in owned if name not in state),
            *(f"{name} is unknown" for name in state if name not in owned),
            *(f"{name} {objection}" for name, p in owned.items() if name in state
              if (objection := misfit(p, state[name]))),
        ]  # fmt: skip
        if objections:
            more = f"; and {len(objections) - 8} more" if len(objections) > 8 else ""
            raise WeightFileError(f"load_state_dict: nothing was loaded: {'; '.join(objections[:8])}{more}")
        for name, parameter in owned.items():
            parameter._take_over(state[name])

    def rename_pytorch(self, name: str) -> str:
        """The name here of what PyTorch has under `name`, before `pytorch_names`; override where paths differ."""
        return name

    def adapt_pytorch(self, state: dict[str, Any]) -> dict[str, Any]:
        """PyTorch's state with the paths here, before `pytorch_names`; override where arrays are split or dropped."""
        return {self.rename_pytorch(name): array for name, array in state.items()}

    def save_weights(self, path: Any) -> None:
        """Write the parameters to an ``.npz`` or ``.safetensors`` file: the whole new one, or the old one stays."""
        from rung.serializers import save_arrays  # imports much, and most programs never come here

        save_arrays(path, self.state_dict())

    def load_weights(self, path: Any) -> None:
        """Read the parameters from a file that `save_weights` wrote, checked before anything changes.

        Raises:
            WeightFileError: the file is damaged or does not fit; the model is as it was.
        """
        from rung.serializers import load_arrays

        self.load_state_dict(load_arrays(path))

    # Looking on ---------------------------------------------------------------------------------------------

    def add_forward_hook(self, hook: ForwardHook, before: bool = False) -> Handle:
        """Call ``hook(layer, inputs, outputs)`` after every forward; what it returns, if anything, is the output.

        With `before`, call ``hook(layer, inputs)`` first; what it returns, if anything, is the new inputs, a tuple.
        The result takes the hook away again: ``handle.remove()``, or at the end of a ``with`` block.
        """
        return self._hooks_here().add("before" if before else "after", hook)

    def add_gradient_hook(self, hook: GradientHook) -> Handle:
        """Call ``hook(layer, gradient)`` in every backward, with the gradient of the layer's output.

        The hook is handed a Variable; what it returns, if anything, goes on in its place. Of several outputs each has
        its call.
        """
        return self._hooks_here().add("gradient", hook)

    def _children(self) -> Mapping[str, Any]:
        """Where parameters and layers are looked for, by name: the attributes. For layers that name theirs anew."""
        return vars(self)

    def _hooks_here(self) -> Hooks:
        return vars(self).setdefault("_hooks", Hooks())  # type: ignore[no-any-return]

    def summary(self, *inputs: Any, **options: Any) -> Summary:
        """What the layers inside are, have and do, as a table; with inputs, also their outputs and multiply-adds.

        The forward pass for it runs in test mode and is not recorded; sizes not known yet are learnt from it.
        """
        return summarize(self, inputs, options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from rung.picture.notebook import layer_bundle  # imports much, and only notebooks come here

        return layer_bundle(self)

    def __repr__(self) -> str:
        parts = [f"{name}={_shape_text(p)}" for name, p in self.named_params()]
        return f"{type(self).__name__}({', '.join(parts)})"


# What an attribute may be: part of a layer; something with parts; something in which parts would have no names.
_PART, _LAYER, _NAMED, _NAMELESS, _OTHER = range(5)
_NAMELESS_TYPES: tuple[type, ...] = (set, frozenset, deque, type({}.values()), np.ndarray)


@cache
def _kind(cls: type) -> int:
    if issubclass(cls, Layer):
        return _LAYER
    if issubclass(cls, Parameter):
        return _PART
    if issubclass(cls, (list, tuple, dict)):
        return _NAMED
    return _NAMELESS if issubclass(cls, _NAMELESS_TYPES) else _OTHER


def _walk(prefix: str, root: Layer) -> Iterator[tuple[str, Any]]:
    """A layer, and all layers and parameters inside, each once, with their paths; every training step comes here."""
    yield prefix, root
    seen = {id(root)}
    # Each layer, list and dict on the way to here: how paths in it begin, keys yet to be checked, what is left in it.
    around: list[tuple[str, tuple[Any, ...], Iterator[tuple[Any, Any]]]]
    around = [(f"{prefix}." if prefix else "", (), _items(root._children()))]
    while around:
        path, unchecked, children = around[-1]
        for key, child in children:
            kind = _kind(type(child))  # type: ignore[arg-type]
            if kind == _OTHER or id(child) in seen:
                continue
            if kind in (_PART, _LAYER):
                seen.add(id(child))
                for name in (*unchecked, key):
                    _check_key(name)
                yield f"{path}{key}", child
                if kind == _LAYER:
                    around.append((f"{path}{key}.", (), _items(child._children())))
                    break
            elif kind == _NAMED:
                if _holds(child, _PART, _LAYER, _NAMED):
                    seen.add(id(child))
                    around.append((f"{path}{key}.", (*unchecked, key), _items(child)))
                    break
            elif _holds(child, _PART, _LAYER):
                came = type(child).__name__
                raise DTypeError(
                    f"Layer: {key} is a {came} of layers, which have no names there; use a list or a dict"
                )
        else:
            around.pop()


def _items(children: Any) -> Iterator[tuple[Any, Any]]:
    return enumerate(children) if isinstance(children, (list, tuple)) else iter(children.items())


def _holds(several: Any, *kinds: int) -> bool:
    """Whether anything in there is of these kinds; of a million strings there is but one type to look at."""
    if isinstance(several, np.ndarray):
        several = several.flat if several.dtype == object else ()
    types = set(map(type, several.values() if isinstance(several, dict) else several))
    return any(_kind(cls) in kinds for cls in types)


def _check_key(key: Any) -> None:
    if isinstance(key, str) and ("." in key or "/" in key or not key):
        raise ValueRangeError(
            f"Layer: a name may not be empty or contain '.' or '/', since names are paths, but got {key!r}"
        )


def _shape_text(variable: Parameter) -> str:
    return str(variable.shape) if variable.is_sized else "?"
