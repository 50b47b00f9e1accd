"""A step of training in each framework: forward, loss, backward, update, and the loss as a Python float.

And, for each, how a model takes over the weights that all share: a list of arrays in the order of the layers, W and b
of each, with matrices of shape (in, out) and kernels of shape (out, in, height, width).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.workloads import Step

Arrays = Sequence[Any]


def normal(*shape: int, std: float = 1.0, seed: int = 0) -> Any:
    """Normal float32 numbers."""
    return np.random.default_rng(seed).standard_normal(shape, np.float32) * np.float32(std)


def labels(*shape: int, classes: int) -> Any:
    """Integers below `classes`."""
    return np.random.default_rng(1).integers(0, classes, shape)


def first_weights(shapes: Iterable[tuple[int, ...]]) -> list[Any]:
    """Weights for layers whose W has such shapes: W as wide as one over the root of its inputs, and b = 0."""
    arrays = []
    for seed, shape in enumerate(shapes):
        inputs, outputs = (shape[0], shape[1]) if len(shape) == 2 else (np.prod(shape[1:]), shape[0])
        arrays += [normal(*shape, std=inputs**-0.5, seed=seed), np.zeros(outputs, np.float32)]
    return arrays


# Rung


def rung_filled(model: Any, arrays: Arrays) -> Any:
    """A model of Rung with such weights."""
    for param, array in zip(model.params(), arrays, strict=True):
        param.initialize(array)
    return model


def rung_step(model: Any, optimizer: Any, loss_of: Callable[..., Any], data: Arrays, compiled: bool) -> Step:
    """A step of Rung; `rung.compile` gets all of it."""
    import rung

    optimizer.setup(model)

    def train(*data: Any) -> Any:
        loss = loss_of(*data)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        return loss

    run = rung.compile(train) if compiled else train
    return lambda: run(*data).item()


# PyTorch


def torch_filled(model: Any, arrays: Arrays) -> Any:
    """A module of PyTorch with such weights; its own matrices are (out, in)."""
    import torch

    with torch.no_grad():
        for param, array in zip(model.parameters(), arrays, strict=True):
            param.copy_(torch.as_tensor(array.T if array.ndim == 2 else array))
    return model


def torch_step(optimizer: Any, loss_of: Callable[..., Any], data: Arrays, compiled: bool) -> Step:
    """A step of PyTorch; `torch.compile` gets the loss with its backward, and the update."""
    import torch

    tensors = [torch.as_tensor(array) for array in data]
    compute, update = (
        (torch.compile(loss_of), torch.compile(optimizer.step)) if compiled else (loss_of, optimizer.step)
    )

    def step() -> float:
        optimizer.zero_grad()
        loss = compute(*tensors)
        loss.backward()
        update()
        return loss.item()

    return step


# JAX


def jax_step(weights: Any, optimizer: Any, loss_of: Callable[..., Any], data: Arrays) -> Step:
    """A step of JAX, jitted as a whole, the old weights given away; `loss_of` takes the weights first."""
    import jax

    first_state, update = optimizer

    @jax.jit(donate_argnums=(0, 1))
    def train(weights: Any, state: Any, *data: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(weights, *data)
        return *update(weights, gradients, state), loss

    weights = jax.tree.map(jax.numpy.asarray, weights)
    arrays, kept = [jax.numpy.asarray(array) for array in data], [weights, first_state(weights)]

    def step() -> float:
        *kept[:], loss = train(*kept, *arrays)
        return float(loss)

    return step


def jax_cross_entropy(logits: Any, t: Any) -> Any:
    """The mean surprise at labels; the last axis is of classes."""
    import jax

    return -jax.numpy.take_along_axis(jax.nn.log_softmax(logits), t[..., None], -1).mean()


# DeZero


def dezero_filled(layers: Sequence[Any], arrays: Arrays) -> None:
    """Give layers of DeZero such weights."""
    for i, layer in enumerate(layers):
        layer.W.data, layer.b.data = arrays[2 * i].copy(), arrays[2 * i + 1].copy()


def dezero_step(model: Any, optimizer: Any, loss_of: Callable[..., Any], data: Arrays) -> Step:
    """A step of DeZero."""
    optimizer.setup(model)

    def step() -> float:
        loss = loss_of(*data)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        return float(loss.data)

    return step
