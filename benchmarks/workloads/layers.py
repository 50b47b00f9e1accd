"""Suite layers: forward and backward of single layers, other than convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import steps
from benchmarks.workloads import Row, Step


def first(layer: Any) -> Callable[[Any], Any]:
    """What a recurrent layer gives, without its last state."""
    return lambda x: layer(x)[0]


def row(name: str, shape: tuple[int, ...], ours: Any, theirs: Any, classes: int = 0) -> Row:
    """A layer, or a function, that `ours` makes of Rung's modules of functions and layers, and `theirs` of PyTorch's.

    Args:
        classes: the input is of integers below, if it is not 0.
    """

    def data() -> Any:
        return steps.labels(*shape, classes=classes) if classes else steps.normal(*shape)

    def with_rung(compiled: bool) -> Step:
        import rung
        import rung.functions as F
        import rung.layers as L

        layer, x = ours(F, L), data() if classes else rung.Variable(data())
        weight = np.ones_like(layer(x).data)

        def step() -> None:
            layer(x).backward(grad=weight)
            if not classes:
                x.cleargrad()
            if isinstance(layer, rung.Layer):
                layer.cleargrads()

        return step

    def with_torch(compiled: bool) -> Step:
        import torch

        layer, x = theirs(torch.nn.functional, torch.nn), torch.tensor(data(), requires_grad=not classes)
        weight = torch.ones_like(layer(x))

        def step() -> None:
            x.grad = None
            layer(x).backward(weight)

        return step

    return Row(name, f"{name}, forward and backward", {"rung": with_rung, "torch": with_torch}, ("rung", "torch"))


def attention(shape: tuple[int, ...]) -> Row:
    return row(
        f"causal attention, {'x'.join(map(str, shape))}", shape,
        lambda F, L: lambda x: F.scaled_dot_product_attention(x, x, x, causal=True),
        lambda tf, nn: lambda x: tf.scaled_dot_product_attention(x, x, x, is_causal=True),
    )  # fmt: skip


ROWS = [
    row("max pooling 2x2, 64x32x28x28", (64, 32, 28, 28),
        lambda F, L: lambda x: F.max_pool2d(x, 2), lambda tf, nn: lambda x: tf.max_pool2d(x, 2)),
    row("average pooling 2x2, 64x32x28x28", (64, 32, 28, 28),
        lambda F, L: lambda x: F.avg_pool2d(x, 2), lambda tf, nn: lambda x: tf.avg_pool2d(x, 2)),
    row("batch norm, 32x64x32x32", (32, 64, 32, 32), lambda F, L: L.BatchNorm(), lambda tf, nn: nn.BatchNorm2d(64)),
    row("layer norm, 1024x512", (1024, 512), lambda F, L: L.LayerNorm(), lambda tf, nn: nn.LayerNorm(512)),
    row("group norm of 8, 32x64x32x32", (32, 64, 32, 32),
        lambda F, L: L.GroupNorm(8), lambda tf, nn: nn.GroupNorm(8, 64)),
    row("LSTM, 30 steps of 30x100", (30, 30, 100),
        lambda F, L: first(L.Recurrent(L.LSTM, 100)), lambda tf, nn: first(nn.LSTM(100, 100, batch_first=True))),
    attention((8, 4, 128, 32)),
    attention((1, 4, 2048, 32)),
    row("embedding of 65, 8x128 -> 128", (8, 128),
        lambda F, L: L.Embedding(65, 128), lambda tf, nn: nn.Embedding(65, 128), classes=65),
]  # fmt: skip
