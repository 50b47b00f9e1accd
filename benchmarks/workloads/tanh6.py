"""Row tanh6: the sixth derivative of tanh, of 1,000 float32, each the derivative of the one before; and their sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Row, Step

ORDER = 6


def data() -> Any:
    return np.linspace(-1, 3, 1000, dtype=np.float32)


def with_rung(compiled: bool) -> Step:
    import rung
    import rung.functions as F

    def run(x: Any) -> Any:
        y = F.tanh(x)
        for order in range(1, ORDER + 1):
            y = rung.grad(y, x, create_graph=order < ORDER)
        return F.sum(y)

    x, run = rung.Variable(data()), rung.compile(run) if compiled else run
    return lambda: run(x).item()


def with_torch(compiled: bool) -> Step:
    import torch

    x = torch.tensor(data(), requires_grad=True)

    def step() -> float:
        y, ones = torch.tanh(x), torch.ones_like(x)
        for order in range(1, ORDER + 1):
            (y,) = torch.autograd.grad(y, x, ones, create_graph=order < ORDER)
        return y.sum().item()

    return step


def with_jax(compiled: bool) -> Step:
    import jax
    import jax.numpy as jnp

    function = jnp.tanh
    for _ in range(ORDER):
        function = lambda x, f=function: jax.vjp(f, x)[1](jnp.ones_like(x))[0]
    run, x = jax.jit(lambda x: function(x).sum()), jnp.asarray(data())
    return lambda: float(run(x))


def with_dezero(compiled: bool) -> Step:
    import dezero.functions as F
    from dezero import Variable

    x = Variable(data())

    def step() -> float:
        y = F.tanh(x)
        for order in range(1, ORDER + 1):
            x.cleargrad()
            y.backward(create_graph=order < ORDER)
            y = x.grad
        return float(y.data.sum())

    return step


WORK = "the sixth derivative of tanh on 1,000 float32"
MAKERS = {"rung": with_rung, "torch": with_torch, "jax": with_jax, "dezero": with_dezero}
ROWS = [Row("tanh6", WORK, MAKERS, uncompiled=("torch",))]  # its compiler knows no derivatives of derivatives
