"""The multi-layer perceptron."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import rung.functions as F
from rung.errors import ValueRangeError
from rung.layers.layer import Layer
from rung.layers.linear import Linear


class Model(Layer):
    """A layer that is a whole network; the base for networks of one's own."""

    def plot(self, *inputs: Any, to_file: Any = "model.png", fold: bool = True, **options: Any) -> Any:
        """Draw what a call on these inputs runs; return the path of the picture, which a notebook shows.

        The model is called once, in test mode, and learns sizes from it that it does not know yet.

        Args:
            inputs: of the model.
            to_file: where to; its ending says what is written, as for `Graph.save`.
            fold: fold layers, as far as it takes for the picture to fit on a screen.
            options: more of what `Graph.save` takes.

        >>> import tempfile, numpy as np
        >>> MLP((10, 3)).plot(np.ones((2, 4)), to_file=tempfile.mkdtemp() + "/mlp.svg")
        <picture in ...mlp.svg>
        """
        from rung.picture.model import plot_model  # imports much, and most programs never come here

        return plot_model(self, inputs, to_file, fold, options)


class MLP(Model):
    """Fully connected layers with an activation between them; what has more than two axes is flattened first.

    Shape: (n, …) -> (n, fc_output_sizes[-1])

    Args:
        fc_output_sizes: the number of outputs of each layer, the last being the network's.
        activation: between the layers.

    >>> import numpy as np
    >>> MLP((10, 3))(np.ones((2, 1, 8, 8))).shape
    (2, 3)
    """

    def __init__(self, fc_output_sizes: Sequence[int], activation: Callable[[Any], Any] = F.sigmoid):
        if not isinstance(fc_output_sizes, Iterable) or not (sizes := list(fc_output_sizes)):
            raise ValueRangeError(f"MLP: expected a list of at least one layer size, but got {fc_output_sizes!r}")
        self.activation = activation
        self.layers = [Linear(size) for size in sizes]

    def forward(self, x: Any) -> Any:
        if len(x.shape) > 2:
            x = x.reshape((x.shape[0], math.prod(x.shape[1:])))
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)
