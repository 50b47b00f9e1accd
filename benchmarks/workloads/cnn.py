"""Row cnn: a small convolutional network for images of digits."""

from __future__ import annotations

from typing import Any

from benchmarks import steps
from benchmarks.workloads import Row, Step

SHAPES = [(32, 1, 3, 3), (64, 32, 3, 3), (1600, 128), (128, 10)]  # of the weights; the images are 28x28
RATE = 0.001


def data() -> tuple[Any, Any]:
    return steps.normal(64, 1, 28, 28, seed=9), steps.labels(64, classes=10)


def with_rung(compiled: bool) -> Step:
    import rung.functions as F
    from rung.layers import Conv2d, Linear, Sequential
    from rung.optimizers import Adam

    model = Sequential(
        Conv2d(32, 3), F.relu, lambda x: F.max_pool2d(x, 2),
        Conv2d(64, 3), F.relu, lambda x: F.max_pool2d(x, 2),
        lambda x: x.reshape((len(x), -1)), Linear(128), F.relu, Linear(10),
    )  # fmt: skip
    steps.rung_filled(model, steps.first_weights(SHAPES))
    return steps.rung_step(model, Adam(lr=RATE), lambda x, t: F.softmax_cross_entropy(model(x), t), data(), compiled)


def with_torch(compiled: bool) -> Step:
    from torch import nn, optim

    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    steps.torch_filled(model, steps.first_weights(SHAPES))
    optimizer = optim.Adam(model.parameters(), lr=RATE)
    return steps.torch_step(optimizer, lambda x, t: nn.functional.cross_entropy(model(x), t), data(), compiled)


def with_jax(compiled: bool) -> Step:
    import jax

    from benchmarks.jax_optimizers import adam

    def convolved(x: Any, W: Any, b: Any) -> Any:
        y = jax.lax.conv_general_dilated(x, W, (1, 1), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"))
        return jax.nn.relu(y + b[:, None, None])

    def pooled(x: Any) -> Any:
        return jax.lax.reduce_window(x, -jax.numpy.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    def loss_of(weights: Any, x: Any, t: Any) -> Any:
        W1, b1, W2, b2, W3, b3, W4, b4 = weights
        h = pooled(convolved(pooled(convolved(x, W1, b1)), W2, b2)).reshape(len(x), -1)
        return steps.jax_cross_entropy(jax.nn.relu(h @ W3 + b3) @ W4 + b4, t)

    return steps.jax_step(steps.first_weights(SHAPES), adam(RATE), loss_of, data())


def with_dezero(compiled: bool) -> Step:
    import dezero.functions as F
    from dezero import Model
    from dezero.layers import Conv2d, Linear
    from dezero.optimizers import Adam

    class Network(Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.conv2, self.fc1, self.fc2 = Conv2d(32, 3), Conv2d(64, 3), Linear(128), Linear(10)

        def forward(self, x: Any) -> Any:
            h = F.pooling(F.relu(self.conv1(x)), 2, 2)
            h = F.pooling(F.relu(self.conv2(h)), 2, 2)
            return self.fc2(F.relu(self.fc1(F.reshape(h, (len(x), -1)))))

    model = Network()
    steps.dezero_filled([model.conv1, model.conv2, model.fc1, model.fc2], steps.first_weights(SHAPES))
    return steps.dezero_step(model, Adam(RATE), lambda x, t: F.softmax_cross_entropy(model(x), t), data())


WORK = "64x1x28x28; conv 32, pool, conv 64, pool (3x3), fc 128, fc 10; relu, Adam"
ROWS = [Row("cnn", WORK, {"rung": with_rung, "torch": with_torch, "jax": with_jax, "dezero": with_dezero})]
