"""Rows tiny, mlp and mlp3: multi-layer perceptrons, which differ in their sizes, activation and optimizer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks import steps
from benchmarks.workloads import Row, Step


@dataclass(frozen=True)
class Perceptron:
    """Layers of such sizes, the first being the input's, and one batch for them."""

    batch: int
    sizes: tuple[int, ...]
    activation: str = "sigmoid"
    adam: bool = False
    rate: float = 0.01

    def data(self) -> tuple[Any, Any]:
        return steps.normal(self.batch, self.sizes[0], seed=9), steps.labels(self.batch, classes=self.sizes[-1])

    def weights(self) -> list[Any]:
        return steps.first_weights(pairwise(self.sizes))

    def rung(self, compiled: bool) -> Step:
        import rung.functions as F
        from rung.models import MLP
        from rung.optimizers import SGD, Adam

        model = MLP(self.sizes[1:], getattr(F, self.activation))
        steps.rung_filled(model, self.weights())
        optimizer = (Adam if self.adam else SGD)(lr=self.rate)
        return steps.rung_step(
            model, optimizer, lambda x, t: F.softmax_cross_entropy(model(x), t), self.data(), compiled
        )

    def torch(self, compiled: bool) -> Step:
        from torch import nn, optim

        layers: list[nn.Module] = []
        for before, after in pairwise(self.sizes):
            layers += [nn.Linear(before, after), {"sigmoid": nn.Sigmoid, "relu": nn.ReLU}[self.activation]()]
        model = steps.torch_filled(nn.Sequential(*layers[:-1]), self.weights())
        optimizer = (optim.Adam if self.adam else optim.SGD)(model.parameters(), lr=self.rate)
        return steps.torch_step(
            optimizer, lambda x, t: nn.functional.cross_entropy(model(x), t), self.data(), compiled
        )

    def jax(self, compiled: bool) -> Step:
        import jax

        from benchmarks.jax_optimizers import adam, sgd

        activation = getattr(jax.nn, self.activation)

        def loss_of(weights: Any, x: Any, t: Any) -> Any:
            *hidden, (W, b) = zip(weights[::2], weights[1::2], strict=True)
            for V, c in hidden:
                x = activation(x @ V + c)
            return steps.jax_cross_entropy(x @ W + b, t)

        return steps.jax_step(self.weights(), (adam if self.adam else sgd)(self.rate), loss_of, self.data())

    def dezero(self, compiled: bool) -> Step:
        import dezero.functions as F
        from dezero.models import MLP
        from dezero.optimizers import SGD, Adam

        model = MLP(self.sizes[1:], getattr(F, self.activation))
        steps.dezero_filled(model.layers, self.weights())
        optimizer = (Adam if self.adam else SGD)(self.rate)
        return steps.dezero_step(model, optimizer, lambda x, t: F.softmax_cross_entropy(model(x), t), self.data())


def row(name: str, work: str, perceptron: Perceptron) -> Row:
    makers = {framework: getattr(perceptron, framework) for framework in ("rung", "torch", "jax", "dezero")}
    return Row(name, work, makers)


ROWS = [
    row("tiny", "30x2 -> 10 -> 3, sigmoid, SGD", Perceptron(30, (2, 10, 3), rate=1.0)),
    row("mlp", "100x784 -> 1000 -> 10, sigmoid, SGD", Perceptron(100, (784, 1000, 10))),
    row("mlp3", "100x784 -> 1000 -> 1000 -> 10, relu, Adam",
        Perceptron(100, (784, 1000, 1000, 10), "relu", adam=True, rate=0.001)),
]  # fmt: skip
