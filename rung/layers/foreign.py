"""Weights under the names of PyTorch, for layers whose parameters are called and laid out in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rung.core.parameter import Parameter

COUNTERS = ("num_batches_tracked",)  # what PyTorch keeps beside running statistics, and nothing here needs


def from_pytorch(layer: Any, state: Mapping[str, Any]) -> dict[str, Any]:
    """A state dict of PyTorch's with the names and layouts of `layer`; what is not known stays as it is.

    Each layer says in `pytorch_names` what PyTorch calls its parameters; the layer that loads, in `rename_pytorch`,
    where PyTorch has layers under other paths, and in `adapt_pytorch`, where it has arrays in other pieces.

    >>> import numpy as np
    >>> from rung.layers import Linear
    >>> state = {"weight": np.zeros((3, 2)), "bias": np.zeros(3)}
    >>> {name: array.shape for name, array in from_pytorch(Linear(3), state).items()}
    {'W': (2, 3), 'b': (3,)}
    """
    renamed = layer.adapt_pytorch({name: x for name, x in state.items() if not name.endswith(COUNTERS)})
    ours = {}
    for path, child in layer.named_layers():
        for key, value in vars(child).items():
            if not isinstance(value, Parameter):
                continue
            name, _, turned = child.pytorch_names.get(key, key).partition(".")
            theirs, own = (f"{path}.{name}", f"{path}.{key}") if path else (name, key)
            if theirs in renamed:
                array = renamed.pop(theirs)
                ours[own] = array.T if turned else array
    return {**ours, **renamed}
