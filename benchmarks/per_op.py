"""What one op costs, forward (recorded) and backward, beside PyTorch: `python -m benchmarks.per_op`.

A chain of 100 equal ops is built and walked back. Each framework runs in processes of its own, in turn, so that a
drift of the machine hits both; the figure of a row is the least over all rounds, in microseconds per op. What
counts is the ratio of one run: below 1, Rung is faster.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

LENGTH = 100
SHAPES = {
    "0-d float64": ((), "float64"),
    "10x10 float32": ((10, 10), "float32"),
    "100x100 float32": ((100, 100), "float32"),
}
OPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "y + b": lambda F, y, b: y + b,
    "y * b": lambda F, y, b: y * b,
    "y * 1.01": lambda F, y, b: y * 1.01,
    "y / b": lambda F, y, b: y / b,
    "tanh(y)": lambda F, y, b: F.tanh(y),
    "exp(-y)": lambda F, y, b: F.exp(-y),
    "relu(y)": lambda F, y, b: F.relu(y),
    "y.reshape": lambda F, y, b: y.reshape(y.shape),
    "y @ b": lambda F, y, b: y @ b,
}


def framework(name: str) -> tuple[Any, Callable[[Any], Any], Callable[[Any], None]]:
    """A framework's functions, how it makes a leaf from an array, and how it forgets a gradient."""
    if name == "rung":
        import rung
        import rung.functions

        return rung.functions, rung.Variable, lambda x: x.cleargrad()
    import torch

    torch.set_num_threads(2)

    def forget(x: Any) -> None:
        x.grad = None

    return torch, lambda a: torch.tensor(a, requires_grad=True), forget


def least(run: Callable[[], Any], rounds: int) -> float:
    """The shortest time of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(name: str, rounds: int) -> dict[str, list[float]]:
    """For every row, microseconds per op forward, and for both directions together."""
    import numpy as np

    F, leaf, forget = framework(name)
    rows = {}
    for title, (shape, dtype) in SHAPES.items():
        a, b = leaf(np.full(shape, 0.9, dtype)), leaf(np.full(shape, 1.01, dtype))
        for op_name, op in OPS.items():
            if "@" in op_name and not shape:
                continue

            def forward(op: Any = op, a: Any = a, b: Any = b) -> Any:
                y = a
                for _ in range(LENGTH):
                    y = op(F, y, b)
                return y

            def both(forward: Any = forward, a: Any = a, b: Any = b) -> None:
                y = forward()
                forget(a)
                forget(b)
                y.sum().backward()

            gc.collect()
            with np.errstate(all="ignore"):
                rows[f"{title:<16} {op_name}"] = [1e6 * least(run, rounds) / LENGTH for run in (forward, both)]
    return rows


def in_turn(names: list[str], turns: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Measure each framework in a process of its own, several times in turn; keep the least of each figure."""
    best: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    for _ in range(turns):
        for name in names:
            command = [sys.executable, "-m", "benchmarks.per_op", "--measure", name, "--rounds", str(rounds)]
            rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            for row, figures in rows.items():
                old = best[name].get(row, figures)
                best[name][row] = [min(pair) for pair in zip(old, figures, strict=True)]
    return best


def print_table(best: dict[str, dict[str, list[float]]]) -> None:
    """One line a row: Rung, PyTorch and their ratio, forward and in all."""
    head = f"{'us per op':<28} {'forward':^26} {'forward and backward':^26}"
    print(head, f"{'':<28} {'Rung':>8} {'PyTorch':>8} {'ratio':>8} {'Rung':>8} {'PyTorch':>8} {'ratio':>8}", sep="\n")
    ratios: dict[str, list[float]] = {title: [] for title in SHAPES}
    for row, (forward, both) in best["rung"].items():
        line = f"{row:<28}"
        if "torch" not in best:
            print(line, f"{forward:8.2f} {'':>17} {both:8.2f}")
            continue
        peer_forward, peer_both = best["torch"][row]
        ratios[next(title for title in SHAPES if row.startswith(title))].append(both / peer_both)
        print(line, f"{forward:8.2f} {peer_forward:8.2f} {forward / peer_forward:8.2f}",
              f"{both:8.2f} {peer_both:8.2f} {both / peer_both:8.2f}")  # fmt: skip
    for title, values in ratios.items():
        if values:
            print(f"geometric mean of the ratios in all, {title}: {math.prod(values) ** (1 / len(values)):.2f}")


def main() -> None:
    """Measure and print; or, called by itself, measure one framework and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", choices=["rung", "torch"], help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=30, help="runs of each row in a process")
    parser.add_argument("--turns", type=int, default=4, help="processes of each framework")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.rounds)))
        return
    try:
        import torch  # noqa: F401

        names = ["rung", "torch"]
    except ImportError:
        print("PyTorch is not installed, so there is nothing to compare with")
        names = ["rung"]
    print_table(in_turn(names, options.turns, options.rounds))


if __name__ == "__main__":
    main()
