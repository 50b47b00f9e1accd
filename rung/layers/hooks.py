"""Functions that look on while a layer computes, or while a gradient passes it, and may step in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Self

from rung.core.call import apply
from rung.core.function import Function
from rung.core.variable import Variable, as_variable, constant
from rung.cuda import is_array
from rung.shapes import Shape
from rung.trees import map_tree

ForwardHook = Callable[..., Any]
GradientHook = Callable[[Any, Variable], Any]


class Handle:
    """Takes a hook away again; as a context, at the end of the block."""

    def __init__(self, hooks: dict[int, Any], number: int):
        self._hooks = hooks
        self._number = number

    def remove(self) -> None:
        """Take the hook away, if it is there; not the same function where it was added once more."""
        self._hooks.pop(self._number, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class Hooks:
    """The hooks of one layer, in the order in which they were added."""

    def __init__(self) -> None:
        self.of: dict[str, dict[int, Any]] = {"before": {}, "after": {}, "gradient": {}}
        self._added = 0

    def add(self, kind: str, hook: Any) -> Handle:
        self._added += 1
        self.of[kind][self._added] = hook
        return Handle(self.of[kind], self._added)

    def run(self, layer: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call the layer's forward between its hooks."""
        for hook in list(self.of["before"].values()):
            changed = hook(layer, inputs)
            if changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        outputs = layer.forward(*inputs, **options)
        for hook in list(self.of["after"].values()):
            changed = hook(layer, inputs, outputs)
            outputs = outputs if changed is None else changed
        for hook in list(self.of["gradient"].values()):
            outputs = map_tree(partial(_watched, layer, hook), outputs)
        return outputs


def _watched(layer: Any, hook: GradientHook, y: Any) -> Any:
    return apply(Watch(layer, hook), y) if isinstance(y, Variable) else y


class Watch(Function):
    """The same values; the gradient passes through a hook.

    y = x            dx = hook(dy), or dy if the hook returns None

    Shape: any -> the same.
    """

    is_view = True

    def __init__(self, layer: Any, hook: GradientHook):
        self.layer = layer
        self.hook = hook

    def shape(self, x: Shape) -> Shape:
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return x.reshape(x.shape)

    def grad_x(self, gy: Any) -> Any:
        plain = is_array(gy)
        result = self.hook(self.layer, constant(gy) if plain else gy)
        if result is None:
            return gy
        return as_variable(result)._data if plain else as_variable(result)
