# whole file
"""Networks, made of layers."""

from . import functions as F
from . import layers as L
from .dot import plot_dot_graph


class Model(L.Layer):
    """A Layer that can be drawn."""

    def plot(self, *inputs, to_file="model.svg"):
        return plot_dot_graph(self(*inputs), to_file)


class MLP(Model):
    """Layers one after the other, with a bend between them."""

    def __init__(self, fc_output_sizes, activation=F.sigmoid):
        super().__init__()
        self.activation = activation
        self.layers = []
        for i, out_size in enumerate(fc_output_sizes):
            layer = L.Linear(out_size)
            setattr(self, f"l{i}", layer)
            self.layers.append(layer)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)
