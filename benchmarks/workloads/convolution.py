"""Suite convolution: forward with the bias, the gradient by the weights, and that by the input, without a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import steps
from benchmarks.workloads import Row, Step

PARTS = ("forward", "by W", "by x")


@dataclass(frozen=True)
class Convolution:
    """One convolution, of square images."""

    examples: int
    channels: int
    size: int
    outputs: int
    kernel: int
    padding: int = 0
    stride: int = 1
    groups: int = 1

    def arrays(self) -> tuple[Any, Any, Any]:
        """x, W and b."""
        W = steps.normal(self.outputs, self.channels // self.groups, self.kernel, self.kernel)
        return steps.normal(self.examples, self.channels, self.size, self.size), W, steps.normal(self.outputs)

    def with_rung(self, part: str) -> Step:
        import rung.functions as F
        from rung.functions.spatial.geometry import Windows
        from rung.functions.spatial.operators import ConvolutionTranspose, ConvolutionWeights

        x, W, b = self.arrays()
        forward = lambda: F.conv2d(x, W, b, self.stride, self.padding, 1, self.groups)
        gy = np.ones_like(forward().data)
        windows = Windows((self.kernel,) * 2, (self.stride,) * 2, ((self.padding, self.padding),) * 2, (1, 1))
        of_weights = ConvolutionWeights(windows, self.groups)
        of_input = ConvolutionTranspose(windows, x.shape[2:], self.groups)
        return {"forward": forward, "by W": lambda: of_weights(x, gy), "by x": lambda: of_input(gy, W)}[part]

    def with_torch(self, part: str) -> Step:
        import torch

        x, W, b = map(torch.as_tensor, self.arrays())
        forward = lambda: torch.nn.functional.conv2d(x, W, b, self.stride, self.padding, 1, self.groups)
        gy = torch.ones_like(forward())
        options = ([self.stride] * 2, [self.padding] * 2, [1, 1], False, [0, 0], self.groups)
        wanted = {"by W": (False, True, False), "by x": (True, False, False)}
        backward = lambda: torch.ops.aten.convolution_backward(gy, x, W, None, *options, wanted[part])
        return forward if part == "forward" else backward


LAYERS = {
    "3x3 1 -> 32, 28x28": Convolution(64, 1, 28, 32, 3),
    "3x3 32 -> 64, 13x13": Convolution(64, 32, 13, 64, 3),
    "3x3 3 -> 16, 32x32": Convolution(64, 3, 32, 16, 3, padding=1),
    "3x3 64 -> 128, 32x32": Convolution(32, 64, 32, 128, 3, padding=1),
    "3x3 256 -> 256, 8x8": Convolution(32, 256, 8, 256, 3, padding=1),
    "3x3 64 -> 128, stride 2": Convolution(32, 64, 32, 128, 3, padding=1, stride=2),
    "1x1 64 -> 64, 32x32": Convolution(32, 64, 32, 64, 1),
    "5x5 6 -> 16, 14x14": Convolution(64, 6, 14, 16, 5),
    "depthwise 64, 32x32": Convolution(32, 64, 32, 64, 3, padding=1, groups=64),
}


def row(name: str, layer: Convolution, part: str) -> Row:
    makers = {"rung": lambda compiled: layer.with_rung(part), "torch": lambda compiled: layer.with_torch(part)}
    return Row(f"{name}, {part}", f"{name}, batch {layer.examples}", makers, ("rung", "torch"))


ROWS = [row(name, layer, part) for name, layer in LAYERS.items() for part in PARTS]
