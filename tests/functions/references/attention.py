"""Attention: each written independently in NumPy, and PyTorch's."""

import numpy as np


def _attention(q, k, v, mask, bias, scale=1.0, causal=False):
    """Query by query, over the keys that it may look at."""
    lead = np.broadcast_shapes(*[np.shape(x)[:-2] for x in (q, k, v, mask, bias)])
    queries, keys = q.shape[-2], k.shape[-2]
    q, k, v = (np.broadcast_to(x, (*lead, *x.shape[-2:])) for x in (q, k, v))
    mask, bias = (np.broadcast_to(x, (*lead, queries, keys)) for x in (mask, bias))
    y, lse = np.zeros((*lead, queries, v.shape[-1])), np.zeros((*lead, queries))
    for at in np.ndindex(*lead, queries):
        *where, row = at
        seen = [j for j in range(keys) if mask[at][j] and not (causal and j > row + keys - queries)]
        if seen:
            scores = np.array([scale * q[at] @ k[(*where, j)] + bias[at][j] for j in seen], np.longdouble)
            weights = np.exp(scores)
            lse[at] = np.log(weights.sum())
            y[at] = weights / weights.sum() @ v[(*where, seen)]
    return y, lse


def _rotary(x, positions, base=10000.0, halves=False, back=False):
    """As products of complex numbers."""
    size = x.shape[-1]
    pairs = np.arange(size).reshape(2, -1).T if halves else np.arange(size).reshape(-1, 2)
    angles = np.asarray(positions)[..., None] * base ** (-2 * np.arange(size // 2) / (size or 1))
    turned = (x[..., pairs[:, 0]] + 1j * x[..., pairs[:, 1]]) * np.exp((-1j if back else 1j) * angles)
    y = np.empty_like(x)
    y[..., pairs[:, 0]], y[..., pairs[:, 1]] = turned.real, turned.imag
    return y


PARTS: set[str] = set()
ORACLES = {
    "scaled_dot_product_attention": _attention,
    "rotary_embedding": _rotary,
}


def peers():
    import torch

    def attention(q, k, v, mask, bias, scale=1.0, causal=False):
        scores = scale * q @ k.mT + torch.as_tensor(bias)
        seen = torch.as_tensor(mask) & torch.ones(scores.shape[-2:], dtype=torch.bool).tril(
            scores.shape[-1] - scores.shape[-2] if causal else scores.shape[-1]
        )
        scores = scores.masked_fill(~seen, -torch.inf)
        empty = ~seen.any(-1, keepdim=True)
        p = torch.softmax(scores.masked_fill(empty, 0.0), -1).masked_fill(empty, 0.0)
        y = p @ v
        lse = torch.logsumexp(scores.masked_fill(empty, 0.0), -1).masked_fill(empty[..., 0], 0.0)
        return y, lse.expand(y.shape[:-1])

    return {"scaled_dot_product_attention": attention}
