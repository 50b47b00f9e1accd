"""Row scalar: the Goldstein-Price function at (1, 1), in 0-d float64, forward and backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Row, Step


def goldstein_price(x: Any, y: Any) -> Any:
    a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return a * b


def with_rung(compiled: bool) -> Step:
    import rung

    x, y = rung.Variable(np.array(1.0)), rung.Variable(np.array(1.0))

    def run() -> Any:
        x.cleargrad()
        y.cleargrad()
        z = goldstein_price(x, y)
        z.backward()
        return z

    run = rung.compile(run) if compiled else run
    return lambda: run().item()


def with_torch(compiled: bool) -> Step:
    import torch

    x, y = (torch.tensor(1.0, dtype=torch.float64, requires_grad=True) for _ in range(2))
    function = torch.compile(goldstein_price) if compiled else goldstein_price

    def step() -> float:
        x.grad = y.grad = None
        z = function(x, y)
        z.backward()
        return z.item()

    return step


def with_jax(compiled: bool) -> Step:
    import jax

    jax.config.update("jax_enable_x64", True)
    run = jax.jit(jax.value_and_grad(goldstein_price, (0, 1)))
    x, y = jax.numpy.asarray(1.0), jax.numpy.asarray(1.0)
    return lambda: float(run(x, y)[0])


def with_dezero(compiled: bool) -> Step:
    from dezero import Variable

    x, y = Variable(np.array(1.0)), Variable(np.array(1.0))

    def step() -> float:
        x.cleargrad()
        y.cleargrad()
        z = goldstein_price(x, y)
        z.backward()
        return float(z.data)

    return step


WORK = "Goldstein-Price at (1, 1), 0-d float64, forward and backward"
ROWS = [Row("scalar", WORK, {"rung": with_rung, "torch": with_torch, "jax": with_jax, "dezero": with_dezero})]
