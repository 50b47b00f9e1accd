"""Generative pretrained transformers: the next token, from those before it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

import rung.functions as F
from rung.config import no_grad, test_mode
from rung.cuda import get_array_module
from rung.errors import ValueRangeError
from rung.initializers import normal
from rung.layers import Embedding, KeyValueCache, LayerNorm, PositionalEmbedding, TransformerBlock
from rung.models.generation import Choice, proceed
from rung.models.mlp import Model
from rung.models.pretrained import Weights

# The revision is fixed, so that the file stays the one that this checksum is of.
GPT2_SMALL = Weights(
    (
        "https://huggingface.co/openai-community/gpt2/resolve/607a30d783dfa663caf39e06633721c8d4cfcd7e/model.safetensors",
    ),
    "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707",
    "MIT, OpenAI, WebText",
    "gpt2.safetensors",
)


class GPT(Model):
    """Tokens and their positions, blocks of attention to what came before, and the scores of what comes next.

        h = W[x] + positions,    h = block(h), ...,    logits = norm(h) @ W.T

    As in GPT-2: norms come first, GELU is the one with tanh, and the scores are made with the tokens' own vectors W.
    The first weights have the standard deviation that they have there, 0.02 for 768 features, and larger ones for
    fewer features, so that every sum begins as large as there: small models then learn sooner.

    Shape: (N, T) of integers below vocabulary_size, T up to max_length -> (N, T, vocabulary_size)

    Args:
        vocabulary_size: how many tokens there are.
        max_length: how many positions there are.
        hidden_size: the features of a token.
        num_heads: of each block's attention.
        num_layers: how many blocks there are.
        dropout: in training, of the first vectors, of the attention's probabilities, and of what a block adds.
        dtype: of the parameters; the default dtype if None.

    Source: Radford et al., Language Models are Unsupervised Multitask Learners, 2019.

    >>> model = GPT(vocabulary_size=65, max_length=16, hidden_size=8, num_heads=2, num_layers=2)
    >>> model(np.array([[1, 2, 3]])).shape, model.generate([1, 2, 3], length=4).shape
    ((1, 3, 65), (7,))
    """

    def __init__(
        self,
        vocabulary_size: int,
        max_length: int,
        hidden_size: int,
        num_heads: int,
        num_layers: int,
        dropout: float = 0.0,
        dtype: Any = None,
    ):
        if not isinstance(num_layers, int) or num_layers < 1:
            raise ValueRangeError(f"GPT: expected num_layers to be an integer of at least 1, but got {num_layers!r}")
        self.max_length, self.dropout = max_length, dropout
        drawn = partial(normal, std=_deviation(hidden_size))
        self.tokens = Embedding(vocabulary_size, hidden_size, dtype=dtype, initializer=drawn)
        self.positions = PositionalEmbedding(max_length, hidden_size, dtype, drawn)
        self.blocks = [self._block(num_heads, hidden_size, num_layers, dropout, dtype) for _ in range(num_layers)]
        self.norm = LayerNorm(dtype=dtype, in_size=hidden_size)
        with no_grad(), test_mode():
            self(np.zeros((1, 1), np.int64))  # so that every size is known

    def _block(self, num_heads: int, size: int, num_layers: int, dropout: float, dtype: Any) -> TransformerBlock:
        """A block; what it adds is drawn the smaller, the more blocks add something."""
        std = _deviation(size)
        drawn, added = partial(normal, std=std), partial(normal, std=std / math.sqrt(2 * num_layers))
        block = TransformerBlock(
            num_heads, size, causal=True, dropout=dropout, activation=partial(F.gelu, approximate=True), dtype=dtype,
            initializer=drawn,
        )  # fmt: skip
        block.attention.o.initializer = block.fc2.initializer = added
        block.fc1.initializer = drawn
        return block

    def features(self, x: Any, caches: Sequence[KeyValueCache] | None = None) -> Any:
        """The last vector of every token, (N, T, hidden_size); with a cache for each block, of those that go on."""
        h = self.positions(self.tokens(x), start=len(caches[0]) if caches else 0)
        h = F.dropout(h, self.dropout)
        for i, block in enumerate(self.blocks):
            h = block(h, cache=caches[i] if caches else None)
        return self.norm(h)

    def logits(self, features: Any) -> Any:
        """The scores of the next token: (..., hidden_size) -> (..., vocabulary_size)."""
        rows = F.reshape(features, (-1, features.shape[-1]))  # one product, and one for the gradient of W
        return F.reshape(F.matmul(rows, self.tokens.W.T), (*features.shape[:-1], self.tokens.in_size))

    def forward(self, x: Any) -> Any:
        return self.logits(self.features(x))

    def generate(
        self,
        prompt: Any,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Any:
        """A prompt with `length` tokens after it, each drawn by the scores that follow from those before.

        Where there are more than max_length, the last of them count: as many as there are positions of a prompt, and
        half as many when the positions are used up while tokens are drawn.

        Shape: prompt (T,) or (N, T) of integers -> (T + length,) or (N, T + length), NumPy's int64

        Args:
            temperature: below 1, likely tokens become likelier; at 0, the likeliest is always taken.
            top_k: only so many tokens are ever drawn, the likeliest.
            top_p: only the fewest tokens that together have this probability.
            seed: of a generator of its own; if None, Rung's generator draws.
        """
        caches = [KeyValueCache(self.max_length) for _ in self.blocks]
        xp = get_array_module(self.tokens.W)

        def read(text: Any, new: int) -> Any:
            if not len(caches[0]):
                new = min(new, self.max_length)
            elif len(caches[0]) == self.max_length:
                for cache in caches:
                    cache.clear()
                new = max(self.max_length // 2, 1)
            return self.logits(self.features(xp.asarray(text[:, -new:]), caches)[:, -1])

        return proceed(prompt, length, Choice(temperature, top_k, top_p, seed), read)

    def adapt_pytorch(self, state: dict[str, Any]) -> dict[str, Any]:
        """Weights of Hugging Face's GPT-2, or of nanoGPT, whose matrices are the transposes of those."""
        state = {name.removeprefix("transformer."): array for name, array in state.items()}
        if np.array_equal(state.get("lm_head.weight", ()), state.get("wte.weight", ())):
            state.pop("lm_head.weight", None)  # any other one is unknown here, and is said to be
        turned = any(name.endswith("c_attn.weight") and W.shape[0] > W.shape[1] for name, W in state.items())
        ours = {}
        for name, array in state.items():
            if turned and re.search(r"\.c_\w+\.weight$", name):
                array = array.T
            ours.update(_from_gpt2(name, array))
        return ours


class GPT2(GPT):
    """The smallest GPT-2: 124 million parameters, of 50,257 tokens and up to 1,024 of them.

    Args:
        pretrained: fetch the weights that OpenAI trained, 548 MB.
        dropout: see `GPT`.

    Source: Radford et al., Language Models are Unsupervised Multitask Learners, 2019.
    """

    def __init__(self, pretrained: bool = False, dropout: float = 0.1):
        super().__init__(50257, 1024, 768, 12, 12, dropout)
        if pretrained:
            GPT2_SMALL.load_into(self)


def _deviation(hidden_size: int) -> float:
    """Of the first weights."""
    return 0.02 * math.sqrt(768 / hidden_size)


_OUTSIDE = {
    "wte.weight": "tokens.W",
    "wpe.weight": "positions.W",
    "ln_f.weight": "norm.gamma",
    "ln_f.bias": "norm.beta",
}
_INSIDE = {
    "ln_1": "norm1", "ln_2": "norm2", "attn.c_attn": "attention.qkv", "attn.c_proj": "attention.o", "mlp.c_fc": "fc1",
    "mlp.c_proj": "fc2",
}  # fmt: skip


def _from_gpt2(name: str, array: Any) -> dict[str, Any]:
    """What an array of GPT-2 is here: nothing if it masks attention, three if it makes queries, keys and values."""
    if re.fullmatch(r"h\.\d+\.attn\.(masked_)?bias", name):
        return {}
    found = re.fullmatch(r"h\.(\d+)\.(.+)\.(weight|bias)", name)
    if not found or found[2] not in _INSIDE:
        return {_OUTSIDE.get(name, name): array}
    layer = _INSIDE[found[2]]
    leaves = {"weight": "gamma", "bias": "beta"} if layer.startswith("norm") else {"weight": "W", "bias": "b"}
    path, leaf = f"blocks.{found[1]}.{layer}", leaves[found[3]]
    if not layer.endswith("qkv"):
        return {f"{path}.{leaf}": array}
    thirds = np.split(array, 3, axis=-1) if array.shape[-1] % 3 == 0 else [array] * 3  # which will not fit
    return {f"{path[:-3]}{part}.{leaf}": third for part, third in zip("qkv", thirds, strict=True)}
