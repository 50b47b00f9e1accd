"""What one training step of a layer costs on the CPU, beside PyTorch: `python -m benchmarks.layers [words]`.

Forward and backward in float32, in milliseconds, for layers other than convolutions (see `benchmarks.convolution`).
Each framework runs in processes of its own, in turn, so that a drift of the machine hits both; a figure is the least
over all of them. What counts is the ratio of one run: below 1, Rung is faster.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.convolution import least


def _normal(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def _labels(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 65, shape)


def _first(layer: Any) -> Callable[[Any], Any]:
    """What a recurrent layer gives, without its last state."""
    return lambda x: layer(x)[0]


# name: the input, and what maps it to an output, in Rung and in PyTorch
LAYERS: dict[str, tuple[Any, Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "max pooling 2x2, 64x32x28x28": (
        _normal(64, 32, 28, 28),
        lambda F, L: lambda x: F.max_pool2d(x, 2), lambda tf, nn: lambda x: tf.max_pool2d(x, 2),
    ),
    "average pooling 2x2, 64x32x28x28": (
        _normal(64, 32, 28, 28),
        lambda F, L: lambda x: F.avg_pool2d(x, 2), lambda tf, nn: lambda x: tf.avg_pool2d(x, 2),
    ),
    "batch norm, 32x64x32x32": (
        _normal(32, 64, 32, 32), lambda F, L: L.BatchNorm(), lambda tf, nn: nn.BatchNorm2d(64),
    ),
    "layer norm, 1024x512": (_normal(1024, 512), lambda F, L: L.LayerNorm(), lambda tf, nn: nn.LayerNorm(512)),
    "group norm of 8, 32x64x32x32": (
        _normal(32, 64, 32, 32), lambda F, L: L.GroupNorm(8), lambda tf, nn: nn.GroupNorm(8, 64),
    ),
    "LSTM, 30 steps of 30x100": (
        _normal(30, 30, 100), lambda F, L: _first(L.Recurrent(L.LSTM, 100)),
        lambda tf, nn: _first(nn.LSTM(100, 100, batch_first=True)),
    ),
    "causal attention, 8x4x128x32": (
        _normal(8, 4, 128, 32), lambda F, L: lambda x: F.scaled_dot_product_attention(x, x, x, causal=True),
        lambda tf, nn: lambda x: tf.scaled_dot_product_attention(x, x, x, is_causal=True),
    ),
    "causal attention, 1x4x2048x32": (
        _normal(1, 4, 2048, 32), lambda F, L: lambda x: F.scaled_dot_product_attention(x, x, x, causal=True),
        lambda tf, nn: lambda x: tf.scaled_dot_product_attention(x, x, x, is_causal=True),
    ),
    "embedding of 65, 8x128 -> 128": (
        _labels(8, 128), lambda F, L: L.Embedding(65, 128), lambda tf, nn: nn.Embedding(65, 128),
    ),
}  # fmt: skip


def step_of_rung(name: str) -> Callable[[], Any]:
    import rung
    import rung.functions as F
    import rung.layers as L

    data, make, _ = LAYERS[name]
    layer = make(F, L)
    x = rung.Variable(data) if data.dtype == np.float32 else data
    weight = np.ones_like(layer(x).data)

    def step() -> None:
        layer(x).backward(grad=weight)
        if isinstance(x, rung.Variable):
            x.cleargrad()
        if isinstance(layer, rung.Layer):
            layer.cleargrads()

    return step


def step_of_torch(name: str, threads: int) -> Callable[[], Any]:
    import torch

    torch.set_num_threads(threads)
    data, _, make = LAYERS[name]
    layer = make(torch.nn.functional, torch.nn)
    x = torch.tensor(data, requires_grad=data.dtype == np.float32)
    weight = torch.ones_like(layer(x))

    def step() -> None:
        x.grad = None
        layer(x).backward(weight)

    return step


def measure(framework: str, threads: int, seconds: float, words: str) -> dict[str, float]:
    """Milliseconds of a step of each layer."""
    chosen = [name for name in LAYERS if words in name]
    if framework == "rung":
        return {name: least(step_of_rung(name), seconds) for name in chosen}
    return {name: least(step_of_torch(name, threads), seconds) for name in chosen}


def child(framework: str, options: argparse.Namespace) -> dict[str, float]:
    """Measure in a process of its own, on so many threads."""
    command = [sys.executable, "-m", "benchmarks.layers", options.words, "--measure", framework]
    command += ["--seconds", str(options.seconds), "--threads", str(options.threads)]
    count = str(options.threads)
    environment = os.environ | {"OPENBLAS_NUM_THREADS": count, "OMP_NUM_THREADS": count}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(run.stdout)  # type: ignore[no-any-return]


def main() -> None:
    """Measure and print; or, called by itself, measure one framework and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="?", default="", help="only the layers with these words in their name")
    parser.add_argument("--measure", choices=["rung", "torch"], help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0.5, help="for each figure in a process")
    parser.add_argument("--turns", type=int, default=3, help="processes of each framework")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.threads, options.seconds, options.words)))
        return
    best: dict[str, dict[str, float]] = {"rung": {}, "torch": {}}
    for _ in range(options.turns):
        for framework, known in best.items():
            for name, figure in child(framework, options).items():
                known[name] = min(figure, known.get(name, figure))
    print(f"{'ms, forward and backward':<36}{'Rung':>9}{'PyTorch':>9}{'ratio':>7}")
    for name, own in best["rung"].items():
        print(f"{name:<36}{own:9.2f}{best['torch'][name]:9.2f}{own / best['torch'][name]:7.2f}")


if __name__ == "__main__":
    main()
