"""Row gpt: a small transformer that predicts the next letter. The weights have GPT-2's names in all frameworks."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from benchmarks import steps
from benchmarks.workloads import Row, Step

BATCH, LENGTH, WIDTH, HEADS, LAYERS, VOCABULARY = 8, 128, 128, 4, 4, 65
RATE, DECAY = 0.001, 0.1


def data() -> tuple[Any, Any]:
    letters = steps.labels(BATCH, LENGTH + 1, classes=VOCABULARY)
    return letters[:, :-1].copy(), letters[:, 1:].copy()


def weights() -> dict[str, Any]:
    """The first weights of GPT-2; matrices are (out, in)."""
    shapes = {"wte": (VOCABULARY, WIDTH), "wpe": (LENGTH, WIDTH), "ln_f": ()}
    for i in range(LAYERS):
        shapes |= {f"h.{i}.ln_1": (), f"h.{i}.attn.c_attn": (3 * WIDTH, WIDTH), f"h.{i}.attn.c_proj": (WIDTH, WIDTH)}
        shapes |= {f"h.{i}.ln_2": (), f"h.{i}.mlp.c_fc": (4 * WIDTH, WIDTH), f"h.{i}.mlp.c_proj": (WIDTH, 4 * WIDTH)}
    arrays = {}
    for seed, (name, shape) in enumerate(shapes.items()):
        std = 0.02 / math.sqrt(2 * LAYERS) if "c_proj" in name else 0.02
        arrays[f"{name}.weight"] = steps.normal(*shape, std=std, seed=seed) if shape else np.ones(WIDTH, np.float32)
        if name not in ("wte", "wpe"):
            arrays[f"{name}.bias"] = np.zeros(shape[0] if shape else WIDTH, np.float32)
    return arrays


# Rung


def with_rung(compiled: bool) -> Step:
    import rung
    import rung.functions as F
    from rung.models import GPT
    from rung.optimizers import AdamW

    model = GPT(VOCABULARY, LENGTH, WIDTH, HEADS, LAYERS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rung.errors.UnverifiedWarning)
        model.load_state_dict(weights())
    optimizer = AdamW(RATE, weight_decay=DECAY)
    return steps.rung_step(model, optimizer, lambda x, t: F.softmax_cross_entropy(model(x), t), data(), compiled)


# PyTorch


def torch_gpt(vocabulary: int, length: int, width: int, heads: int, layers: int) -> Any:
    """PyTorch's twin of `rung.models.GPT`, with GPT-2's names for its parts and GPT-2's first weights."""
    from torch import nn
    from torch.nn import functional

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x: Any) -> Any:
            q, k, v = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in self.c_attn(x).chunk(3, -1))
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.c_proj(y.transpose(1, 2).flatten(2))

    class MLP(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x: Any) -> Any:
            return self.c_proj(functional.gelu(self.c_fc(x), approximate="tanh"))

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ln_1, self.attn, self.ln_2, self.mlp = nn.LayerNorm(width), Attention(), nn.LayerNorm(width), MLP()

        def forward(self, x: Any) -> Any:
            x = x + self.attn(self.ln_1(x))
            return x + self.mlp(self.ln_2(x))

    class Twin(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
            self.h = nn.ModuleList([Block() for _ in range(layers)])
            self.ln_f = nn.LayerNorm(width)
            for name, p in self.named_parameters():
                if p.ndim == 2:
                    nn.init.normal_(p, std=0.02 / math.sqrt(2 * layers) if "c_proj" in name else 0.02)
                elif name.endswith("bias"):
                    nn.init.zeros_(p)

        def forward(self, x: Any) -> Any:
            h = self.wte(x) + self.wpe.weight[: x.shape[1]]
            for block in self.h:
                h = block(h)
            return self.ln_f(h) @ self.wte.weight.T

    return Twin()


def torch_adamw(model: Any, rate: float, decay: float) -> Any:
    """AdamW that lets biases, scales and shifts alone, as Rung's does."""
    from torch import optim

    matrices, others = ([p for p in model.parameters() if (p.ndim >= 2) is large] for large in (True, False))
    groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    return optim.AdamW(groups, lr=rate)


def torch_loss(logits: Any, t: Any) -> Any:
    """The mean surprise at the letters that come next."""
    from torch.nn import functional

    return functional.cross_entropy(logits.flatten(0, 1), t.flatten())


def with_torch(compiled: bool) -> Step:
    import torch

    model = torch_gpt(VOCABULARY, LENGTH, WIDTH, HEADS, LAYERS)
    model.load_state_dict({name: torch.as_tensor(array) for name, array in weights().items()})
    optimizer = torch_adamw(model, RATE, DECAY)
    return steps.torch_step(optimizer, lambda x, t: torch_loss(model(x), t), data(), compiled)


# JAX


def with_jax(compiled: bool) -> Step:
    import jax
    import jax.numpy as jnp

    from benchmarks.jax_optimizers import adam

    def linear(w: Any, name: str, x: Any) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def normalized(w: Any, name: str, x: Any) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt(variance + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def attended(w: Any, name: str, x: Any) -> Any:
        n, time, width = x.shape
        parts = jnp.split(linear(w, f"{name}.c_attn", x), 3, -1)
        q, k, v = (part.reshape(n, time, HEADS, -1).swapaxes(1, 2) for part in parts)  # (n, heads, time, size)
        scores = q @ k.swapaxes(2, 3) / math.sqrt(width / HEADS)
        scores = jnp.where(jnp.tri(time, dtype=bool), scores, -jnp.inf)
        y = (jax.nn.softmax(scores) @ v).swapaxes(1, 2).reshape(n, time, width)
        return linear(w, f"{name}.c_proj", y)

    def loss_of(w: Any, x: Any, t: Any) -> Any:
        h = w["wte.weight"][x] + w["wpe.weight"]
        for i in range(LAYERS):
            h = h + attended(w, f"h.{i}.attn", normalized(w, f"h.{i}.ln_1", h))
            inner = jax.nn.gelu(linear(w, f"h.{i}.mlp.c_fc", normalized(w, f"h.{i}.ln_2", h)), approximate=True)
            h = h + linear(w, f"h.{i}.mlp.c_proj", inner)
        return steps.jax_cross_entropy(normalized(w, "ln_f", h) @ w["wte.weight"].T, t)

    return steps.jax_step(weights(), adam(RATE, DECAY), loss_of, data())


WORK = "batch 8, 128 tokens, width 128, 4 heads, 4 layers, vocabulary 65, GELU, AdamW"
ROWS = [Row("gpt", WORK, {"rung": with_rung, "torch": with_torch, "jax": with_jax})]
