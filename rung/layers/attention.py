"""Attention layers, and the block that transformers are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rung.functions as F
from rung.config import current_mode
from rung.core.parameter import Parameter
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import GraphError, ShapeError, ValueRangeError, message
from rung.initializers import glorot_uniform, lecun_normal, zeros
from rung.layers.layer import Layer
from rung.layers.linear import Linear
from rung.layers.normalization import LayerNorm
from rung.shapes import check_sizes

__all__ = ["KeyValueCache", "MultiHeadAttention", "TransformerBlock"]


class Projection(Linear):
    """A fully connected layer that learns its number of outputs, too, from the first batch, if it is None."""

    def __init__(
        self, out_size: int | None, nobias: bool, dtype: Any, initializer: Callable[..., Any] = lecun_normal
    ):
        super().__init__(out_size or 1, nobias, dtype, initializer=initializer)
        if out_size is None:
            self.W = Parameter(None, name="W", expected_shape=(None, None), dtype=dtype)
            self.b = None if nobias else Parameter(None, name="b", expected_shape=(None,), dtype=dtype)

    def forward(self, x: Any, out_size: int | None = None) -> Variable:
        if not self.W.is_sized and out_size is not None:
            self.out_size = out_size
            if self.b is not None and not self.b.is_sized:
                self.b.initialize(zeros((out_size,), self.dtype))
                if get_array_module(x) is not get_array_module(self.b):
                    self.b.to_gpu()
        return super().forward(x)


class KeyValueCache:
    """The keys and values of all positions so far, for generating token after token.

    One for each attention layer. It holds plain arrays and no graph. Memory is taken ahead, and doubled when it is
    full.

    Args:
        max_length: take memory for this many positions at once, and refuse more; if None, there may be any number.

    >>> import numpy as np
    >>> import rung
    >>> layer, cache = MultiHeadAttention(2, causal=True), KeyValueCache()
    >>> with rung.no_grad(), rung.test_mode():
    ...     prompt = layer(np.ones((1, 3, 8)), cache=cache)
    ...     token = layer(np.ones((1, 1, 8)), cache=cache)
    >>> prompt.shape, token.shape, len(cache)
    ((1, 3, 8), (1, 1, 8), 4)
    """

    def __init__(self, max_length: int | None = None):
        check_sizes("KeyValueCache", max_length=max_length)
        self.max_length = max_length
        self.clear()

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return True  # also while it is empty

    def clear(self) -> None:
        """Forget everything, to begin another sequence."""
        self._length = 0
        self._keys: Any = None
        self._values: Any = None

    def extend(self, k: Any, v: Any) -> tuple[Any, Any]:
        """Put keys and values of the next positions behind the others; return all of them, as arrays.

        Shape: k (..., heads, T, size), v (..., heads, T, out), the same each time but for T.
        """
        k, v = (getattr(x, "_data", x) for x in (k, v))
        length = self._length + k.shape[-2]
        if self.max_length is not None and length > self.max_length:
            raise ValueRangeError(
                f"KeyValueCache: {length} positions are more than max_length = {self.max_length}; clear it first"
            )
        self._keys = self._with_room(self._keys, k, length)
        self._values = self._with_room(self._values, v, length)
        new, known = (..., slice(self._length, length), slice(None)), (..., slice(length), slice(None))
        self._keys[new], self._values[new] = k, v
        self._length = length
        return self._keys[known], self._values[known]

    def _with_room(self, store: Any, x: Any, length: int) -> Any:
        if store is not None and (store.shape[:-2], store.shape[-1]) != (x.shape[:-2], x.shape[-1]):
            raise ShapeError(message("KeyValueCache", "a sequence goes on with the shapes it began with, but for T; "
                                     "clear the cache for another one", before=store, now=x))  # fmt: skip
        if store is not None and store.shape[-2] >= length:
            return store
        room = self.max_length or max(length, 2 * (0 if store is None else store.shape[-2]), 16)
        wider = get_array_module(x).zeros((*x.shape[:-2], room, x.shape[-1]), x.dtype)
        if store is not None:
            wider[..., : self._length, :] = store[..., : self._length, :]
        return wider


class MultiHeadAttention(Layer):
    """Attention by several heads, each with a part of the features; to the input itself, or to a context.

        y = concat(heads) @ o.W + o.b,     head = scaled_dot_product_attention(x @ q.W, context @ k.W, context @ v.W)

    The four projections are layers `q`, `k`, `v`, `o` of their own, so that a context, and fewer heads of keys and
    values, need no other names. From GPT-2: ``q.W, k.W, v.W = np.split(c_attn.weight, 3, axis=1)``, and ``o.W`` is
    ``c_proj.weight``. From PyTorch: ``np.split(in_proj_weight.T, 3, axis=1)``, and ``o.W`` is ``out_proj.weight.T``.

    Shape: x (..., T, in), context (..., S, in), mask (..., num_heads, T, S), broadcast -> (..., T, in)
    Source: Vaswani et al., NeurIPS 2017; of fewer heads of keys, Ainslie et al., EMNLP 2023.

    Args:
        num_heads: how many heads there are.
        hidden_size: the number of features of all heads together; that of the first batch if None.
        causal: no position sees those after it.
        dropout: how often a probability is dropped in training.
        num_kv_heads: how many heads of keys and values there are, a divisor of num_heads; as many if None.
        rotary: turn queries and keys by their positions: see `rung.functions.rotary_embedding`.
        rotary_base: of the angles.
        rotary_halves: which features are paired; True for the weights of Llama.
        nobias: leave out the vectors b.
        dtype: of the parameters; the default dtype if None.
        initializer: draws the first matrices.

    Raises:
        ValueRangeError: the heads do not divide the features, or those of keys not the heads.

    >>> import numpy as np
    >>> layer = MultiHeadAttention(num_heads=2, causal=True)
    >>> layer(np.ones((5, 3, 8))).shape, layer.q.W.shape
    ((5, 3, 8), (8, 8))
    """

    def __init__(
        self,
        num_heads: int,
        hidden_size: int | None = None,
        causal: bool = False,
        dropout: float = 0.0,
        num_kv_heads: int | None = None,
        rotary: bool = False,
        rotary_base: float = 10000.0,
        rotary_halves: bool = False,
        nobias: bool = False,
        dtype: Any = None,
        initializer: Callable[..., Any] = glorot_uniform,
    ):
        check_sizes("MultiHeadAttention", num_heads=num_heads, hidden_size=hidden_size, num_kv_heads=num_kv_heads)
        if not 0 <= dropout < 1:
            raise ValueRangeError(f"MultiHeadAttention: expected dropout to be in [0, 1), but got {dropout!r}")
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads or num_heads
        if num_heads % self.num_kv_heads:
            raise ValueRangeError(
                f"MultiHeadAttention: num_kv_heads must divide num_heads, but they are {num_kv_heads} and {num_heads}"
            )
        self.hidden_size, self.causal, self.dropout = hidden_size, causal, dropout
        self.rotary, self.rotary_base, self.rotary_halves = rotary, rotary_base, rotary_halves
        narrow = None if hidden_size is None else self._head_size(hidden_size) * self.num_kv_heads
        self.q = Projection(hidden_size, nobias, dtype, initializer)
        self.k = Projection(narrow, nobias, dtype, initializer)
        self.v = Projection(narrow, nobias, dtype, initializer)
        self.o = Projection(None, nobias, dtype, initializer)

    def _head_size(self, hidden_size: int) -> int:
        if hidden_size % self.num_heads:
            raise ValueRangeError(
                f"MultiHeadAttention: num_heads must divide the features, but got {self.num_heads} heads "
                f"of {hidden_size} features"
            )
        return hidden_size // self.num_heads

    def forward(self, x: Any, context: Any = None, mask: Any = None, cache: KeyValueCache | None = None) -> Variable:
        """Attend.

        Args:
            context: what keys and values are made of; x itself if None.
            mask: booleans, True where a query may look at a key, or floats to add to the scores.
            cache: the positions before x; those of x are added to it. Only where no graph is recorded.
        """
        x = self._checked("x", x)
        source = x if context is None else self._checked("context", context)
        if context is not None and (self.causal or self.rotary or cache is not None):
            raise ValueRangeError(
                "MultiHeadAttention: causal, rotary and cache are of one sequence, and a context is another"
            )
        size = self._head_size(self.hidden_size or (self.q.W.shape[1] if self.q.W.is_sized else x.shape[-1]))
        q = self._heads(self.q(x, size * self.num_heads), self.num_heads)
        k = self._heads(self.k(source, size * self.num_kv_heads), self.num_kv_heads)
        v = self._heads(self.v(source, size * self.num_kv_heads), self.num_kv_heads)
        if self.rotary:
            start = 0 if cache is None else len(cache)
            positions = get_array_module(x).arange(start, start + x.shape[-2])
            q, k = (F.rotary_embedding(each, positions, self.rotary_base, self.rotary_halves) for each in (q, k))
        if cache is not None:
            k, v = self._with_past(cache, k, v)
        y = F.scaled_dot_product_attention(q, k, v, mask, self.causal, self.dropout)
        y = F.swapaxes(y, -2, -3)  # (..., T, heads, size)
        return self.o(F.reshape(y, (*y.shape[:-2], size * self.num_heads)), x.shape[-1])

    def _checked(self, name: str, x: Any) -> Variable:
        x = as_variable(x)
        if x.ndim < 2:
            raise ShapeError(
                message(
                    "MultiHeadAttention", f"{name} must have an axis of positions and one of features", **{name: x}
                )
            )
        return x

    def _heads(self, x: Variable, heads: int) -> Variable:
        """(..., T, heads * size) -> (..., heads, T, size)."""
        return F.swapaxes(F.reshape(x, (*x.shape[:-1], heads, x.shape[-1] // heads)), -2, -3)

    def _with_past(self, cache: KeyValueCache, k: Variable, v: Variable) -> tuple[Any, Any]:
        if current_mode().enable_backprop and (k.differentiable or v.differentiable):
            raise GraphError("MultiHeadAttention: a cache keeps no graph; generate under rung.no_grad()")
        return cache.extend(k, v)


class TransformerBlock(Layer):
    """Attention, then two layers on each position alone; both are added to what they read.

        h = x + attention(norm1(x))        y = h + fc2(gelu(fc1(norm2(h))))

    With ``norm_first=False``, norms come after the sums:

        h = norm1(x + attention(x))        y = norm2(h + fc2(gelu(fc1(h))))

    Shape: (..., T, size) -> the same. Source: Vaswani et al., NeurIPS 2017; of norms that come first, Xiong et al.,
    ICML 2020.

    Args:
        num_heads: how many heads the attention has.
        hidden_size: the number of features; that of the first batch if None.
        mlp_size: how many there are between fc1 and fc2; four times as many if None.
        causal: no position sees those after it.
        dropout: in training, of the attention's probabilities, and of what is added.
        norm_first: norms come before attention and fc1, not after the sums.
        activation: between fc1 and fc2.
        eps: of the norms.
        nobias: leave out the vectors b of the linear layers.
        dtype: of the parameters; the default dtype if None.
        options: of the attention: see `MultiHeadAttention`.

    >>> import numpy as np
    >>> block = TransformerBlock(num_heads=2, causal=True)
    >>> block(np.ones((5, 3, 8))).shape, block.fc1.W.shape
    ((5, 3, 8), (8, 32))
    """

    def __init__(
        self,
        num_heads: int,
        hidden_size: int | None = None,
        mlp_size: int | None = None,
        causal: bool = False,
        dropout: float = 0.0,
        norm_first: bool = True,
        activation: Callable[..., Any] = F.gelu,
        eps: float = 1e-5,
        nobias: bool = False,
        dtype: Any = None,
        **options: Any,
    ):
        check_sizes("TransformerBlock", num_heads=num_heads, hidden_size=hidden_size, mlp_size=mlp_size)
        self.mlp_size, self.dropout, self.norm_first, self.activation = mlp_size, dropout, norm_first, activation
        self.norm1 = LayerNorm(eps=eps, dtype=dtype)
        self.attention = MultiHeadAttention(
            num_heads, hidden_size, causal, dropout, nobias=nobias, dtype=dtype, **options
        )
        self.norm2 = LayerNorm(eps=eps, dtype=dtype)
        self.fc1 = Projection(mlp_size or (hidden_size and 4 * hidden_size), nobias, dtype)
        self.fc2 = Projection(hidden_size, nobias, dtype)

    def forward(self, x: Any, mask: Any = None, cache: KeyValueCache | None = None) -> Variable:
        """Compute the block; mask and cache are the attention's."""
        x = as_variable(x)
        if self.norm_first:
            x = x + F.dropout(self.attention(self.norm1(x), mask=mask, cache=cache), self.dropout)
            return x + F.dropout(self._mlp(self.norm2(x)), self.dropout)
        x = self.norm1(x + F.dropout(self.attention(x, mask=mask, cache=cache), self.dropout))
        return self.norm2(x + F.dropout(self._mlp(x), self.dropout))

    def _mlp(self, x: Variable) -> Variable:
        size = x.shape[-1]
        return self.fc2(self.activation(self.fc1(x, self.mlp_size or 4 * size)), size)
