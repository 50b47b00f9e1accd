"""Text from models of sequences: which token comes next, and the loop that goes on from a prompt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rung.config import no_grad, test_mode
from rung.cuda import as_numpy
from rung.errors import DTypeError, NanError, ShapeError, ValueRangeError, describe, message
from rung.random import generator


class Choice:
    """Draws the next token by the scores of all.

        p = softmax(logits / temperature), of the likeliest alone

    Shape: logits (N, vocabulary) -> (N,) int64

    Args:
        temperature: below 1, likely tokens become likelier; at 0, the likeliest is always taken.
        top_k: only so many tokens are ever drawn, the likeliest.
        top_p: only the fewest tokens that together have this probability. Source: Holtzman et al., ICLR 2020.
        seed: of a generator of its own; if None, Rung's generator draws, and `rung.seed` governs it.

    >>> Choice(temperature=0)(np.array([[0.1, 0.7, 0.2]]))
    array([1])
    """

    def __init__(
        self,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ):
        if not 0 <= temperature < math.inf:
            raise ValueRangeError(f"generate: expected a temperature of at least 0, but got {temperature!r}")
        if top_k is not None and not (isinstance(top_k, int) and top_k >= 1):
            raise ValueRangeError(f"generate: expected top_k to be an integer of at least 1, but got {top_k!r}")
        if top_p is not None and not 0 < top_p <= 1:
            raise ValueRangeError(f"generate: expected top_p to be above 0 and at most 1, but got {top_p!r}")
        self.temperature, self.top_k, self.top_p = temperature, top_k, top_p
        self.rng = generator() if seed is None else np.random.default_rng(seed)

    def __call__(self, logits: Any) -> Any:
        logits = as_numpy(getattr(logits, "_data", logits)).astype(np.float64)
        if np.isnan(logits).any():
            raise NanError("generate: the model's scores are not all numbers; look at its weights")
        if self.temperature == 0:
            return logits.argmax(-1)
        order = np.argsort(-logits, axis=-1, kind="stable")  # the likeliest first
        p = self._probabilities(np.take_along_axis(logits, order, -1))
        sums = p.cumsum(-1)
        place = (sums <= self.rng.random((len(p), 1)) * sums[:, -1:]).sum(-1)
        place = np.minimum(place, (p > 0).sum(-1) - 1)  # where rounding leads behind the last
        return np.take_along_axis(order, place[:, None], -1)[:, 0]

    def _probabilities(self, logits: Any) -> Any:
        """Of tokens in the order of their scores; they need not sum to 1."""
        p = np.exp((logits - logits[:, :1]) / self.temperature)
        if self.top_k is not None:
            p[:, self.top_k :] = 0
        if self.top_p is not None:
            p /= p.sum(-1, keepdims=True)
            p[p.cumsum(-1) - p >= self.top_p] = 0
        return p


def proceed(prompt: Any, length: int, choose: Choice, read: Callable[[Any, int], Any]) -> Any:
    """A prompt with `length` tokens after it.

    Args:
        read: of the text so far, (N, T), and how many of its last tokens are new, the scores of the next token.
    """
    if not isinstance(length, int) or length < 0:
        raise ValueRangeError(f"generate: expected length to be an integer of at least 0, but got {length!r}")
    text = as_tokens(prompt)
    rows = text.reshape(-1, text.shape[-1])
    new = rows.shape[1]
    with no_grad(), test_mode():
        for _ in range(length):
            token = choose(read(rows, new))
            rows, new = np.concatenate([rows, token[:, None]], axis=1), 1
    return rows[0] if text.ndim == 1 else rows


def as_tokens(prompt: Any) -> Any:
    """A prompt as int64, of shape (T,) or (N, T) with at least one token.

    >>> as_tokens([3, 4])
    array([3, 4])
    """
    tokens = as_numpy(getattr(prompt, "_data", prompt)) if hasattr(prompt, "dtype") else np.asarray(prompt)
    if tokens.ndim not in (1, 2) or tokens.size == 0:
        raise ShapeError(
            message("generate", "the prompt must be (T,) or (N, T), with at least one token", prompt=tokens)
        )
    if tokens.dtype.kind not in "iu":
        raise DTypeError(f"generate: expected a prompt of integers, but got {describe(tokens)}")
    return tokens.astype(np.int64)
