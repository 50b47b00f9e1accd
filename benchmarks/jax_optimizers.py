"""The optimizers of the rows for JAX, which has none: each is a pair of functions.

state = first_state(weights)                weights, state = update(weights, gradients, state)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Optimizer = tuple[Callable[[Any], Any], Callable[[Any, Any, Any], tuple[Any, Any]]]


def sgd(rate: float) -> Optimizer:
    """w -= rate * g"""

    def update(weights: Any, gradients: Any, state: Any) -> Any:
        return jax.tree.map(lambda w, g: w - rate * g, weights, gradients), state

    return (lambda weights: ()), update


def momentum(rate: float, kept: float) -> Optimizer:
    """v = kept * v - rate * g        w += v"""

    def update(weights: Any, gradients: Any, v: Any) -> Any:
        v = jax.tree.map(lambda v, g: kept * v - rate * g, v, gradients)
        return jax.tree.map(jnp.add, weights, v), v

    return (lambda weights: jax.tree.map(jnp.zeros_like, weights)), update


def adam(rate: float, decay: float = 0.0) -> Optimizer:
    """Adam; with a decay, AdamW, which lets biases, scales and shifts alone."""
    beta1, beta2, eps = 0.9, 0.999, 1e-8

    def first_state(weights: Any) -> Any:
        zeros = lambda: jax.tree.map(jnp.zeros_like, weights)
        return zeros(), zeros(), jnp.zeros((), jnp.int32)

    def update(weights: Any, gradients: Any, state: Any) -> Any:
        m, v, t = state
        t = t + 1
        m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradients)
        v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradients)

        def stepped(w: Any, m: Any, v: Any) -> Any:
            shrunk = w * (1 - rate * decay) if w.ndim > 1 else w
            return shrunk - rate * (m / (1 - beta1**t)) / (jnp.sqrt(v / (1 - beta2**t)) + eps)

        return jax.tree.map(stepped, weights, m, v), (m, v, t)

    return first_state, update
