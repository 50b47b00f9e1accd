"""What convolutions cost on the CPU, beside PyTorch: `python -m benchmarks.convolution`.

For each layer: the milliseconds of forward with the bias, of the gradient by the weights, and of that by the input;
the convolution alone, without a graph. Each framework runs on two threads, in processes of its own, in turn, so that
a drift of the machine hits both; a figure is the least over all of them. What counts is the ratio of one run: below
1, Rung is faster. The last lines are the most memory that one training step of a layer held, beside its input.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

# name: (examples, channels, size, outputs, kernel, padding, stride, groups)
LAYERS = {
    "3x3    1 ->  32, 28x28": (64, 1, 28, 32, 3, 0, 1, 1),
    "3x3   32 ->  64, 13x13": (64, 32, 13, 64, 3, 0, 1, 1),
    "3x3    3 ->  16, 32x32": (64, 3, 32, 16, 3, 1, 1, 1),
    "3x3   64 -> 128, 32x32": (32, 64, 32, 128, 3, 1, 1, 1),
    "3x3  256 -> 256, 8x8": (32, 256, 8, 256, 3, 1, 1, 1),
    "3x3   64 -> 128, stride 2": (32, 64, 32, 128, 3, 1, 2, 1),
    "1x1   64 ->  64, 32x32": (32, 64, 32, 64, 1, 0, 1, 1),
    "5x5    6 ->  16, 14x14": (64, 6, 14, 16, 5, 0, 1, 1),
    "depthwise    64, 32x32": (32, 64, 32, 64, 3, 1, 1, 64),
}
THREADS = "2"


def least(run: Callable[[], Any], seconds: float) -> float:
    """The shortest time of as many runs as fit in, in milliseconds."""
    run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    return min(times)


def steps_of_rung(layer: tuple[int, ...]) -> list[Callable[[], Any]]:
    """Forward, and the two gradients."""
    import numpy as np

    import rung.functions as F
    from rung.functions.spatial.geometry import Windows
    from rung.functions.spatial.operators import ConvolutionTranspose, ConvolutionWeights

    n, c, size, o, k, pad, stride, groups = layer
    rng = np.random.default_rng(0)
    x, W, b = (rng.standard_normal(shape, np.float32) for shape in ((n, c, size, size), (o, c // groups, k, k), o))
    forward = lambda: F.conv2d(x, W, b, stride, pad, 1, groups)
    gy = np.ones_like(forward().data)
    windows = Windows((k, k), (stride, stride), ((pad, pad),) * 2, (1, 1))
    of_weights, of_input = ConvolutionWeights(windows, groups), ConvolutionTranspose(windows, x.shape[2:], groups)
    return [forward, lambda: of_weights(x, gy), lambda: of_input(gy, W)]


def steps_of_torch(layer: tuple[int, ...]) -> list[Callable[[], Any]]:
    """Forward, and the two gradients."""
    import torch

    torch.set_num_threads(int(THREADS))
    n, c, size, o, k, pad, stride, groups = layer
    x, W, b = torch.randn(n, c, size, size), torch.randn(o, c // groups, k, k), torch.randn(o)
    forward = lambda: torch.nn.functional.conv2d(x, W, b, stride, pad, 1, groups)
    gy = torch.ones_like(forward())

    def backward(*wanted: bool) -> Any:
        options = ([stride] * 2, [pad] * 2, [1, 1], False, [0, 0], groups, wanted)
        return torch.ops.aten.convolution_backward(gy, x, W, None, *options)

    return [forward, lambda: backward(False, True, False), lambda: backward(True, False, False)]


def measure(framework: str, seconds: float) -> dict[str, list[float]]:
    """For every layer: milliseconds of forward and both gradients."""
    make = steps_of_rung if framework == "rung" else steps_of_torch
    return {name: [least(step, seconds) for step in make(layer)] for name, layer in LAYERS.items()}


def resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure_memory(framework: str, name: str) -> float:
    """MiB that forward and both gradients, their results kept, need at most: looked at every millisecond."""
    steps = (steps_of_rung if framework == "rung" else steps_of_torch)(LAYERS[name])
    most, done = [resident()], threading.Event()

    def watch() -> None:
        while not done.wait(1e-3):
            most.append(resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    kept = [step() for step in steps]
    done.set()
    watcher.join()
    return (max(most) - most[0]) / 2**20 if kept else 0.0


def child(*arguments: str) -> Any:
    """What this file, run by itself with these arguments, prints."""
    command = [sys.executable, "-m", "benchmarks.convolution", *arguments]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": THREADS, "OMP_NUM_THREADS": THREADS}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(run.stdout)


def in_turn(frameworks: list[str], turns: int, seconds: float) -> dict[str, dict[str, list[float]]]:
    """Measure each framework several times in turn; keep the least of each figure."""
    best: dict[str, dict[str, list[float]]] = {name: {} for name in frameworks}
    for _ in range(turns):
        for name in frameworks:
            for row, figures in child("--measure", name, "--seconds", str(seconds)).items():
                best[name][row] = [min(pair) for pair in zip(best[name].get(row, figures), figures, strict=True)]
    return best


def print_table(best: dict[str, dict[str, list[float]]]) -> None:
    """One line a layer: Rung, PyTorch and their ratio, three times."""
    parts = ("forward", "gradient by W", "gradient by x")
    print(f"{'ms':<27}" + "".join(f"{part:^27}" for part in parts))
    print(f"{'':<27}" + f"{'Rung':>9}{'PyTorch':>9}{'ratio':>7}  " * len(parts))
    ratios = []
    for row, figures in best["rung"].items():
        peers = best.get("torch", {}).get(row, [math.nan] * 3)
        ratios += [own / peer for own, peer in zip(figures, peers, strict=True)]
        cells = [f"{own:9.2f}{peer:9.2f}{own / peer:7.2f}  " for own, peer in zip(figures, peers, strict=True)]
        print(f"{row:<27}" + "".join(cells))
    print(f"geometric mean of the ratios: {math.prod(ratios) ** (1 / len(ratios)):.2f}")


def main() -> None:
    """Measure and print; or, called by itself, measure one framework and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", choices=["rung", "torch"], help=argparse.SUPPRESS)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0.3, help="for each figure in a process")
    parser.add_argument("--turns", type=int, default=3, help="processes of each framework")
    options = parser.parse_args()
    if options.measure:
        memory = options.memory and measure_memory(options.measure, options.memory)
        print(json.dumps(memory or measure(options.measure, options.seconds)))
        return
    try:
        import torch  # noqa: F401

        frameworks = ["rung", "torch"]
    except ImportError:
        print("PyTorch is not installed, so there is nothing to compare with")
        frameworks = ["rung"]
    print_table(in_turn(frameworks, options.turns, options.seconds))
    for row in ("3x3   64 -> 128, 32x32", "3x3  256 -> 256, 8x8"):
        used = [f"{name} {child('--measure', name, '--memory', row):.0f}" for name in frameworks]
        print(f"most memory, MiB, {row}: {', '.join(used)}")


if __name__ == "__main__":
    main()
