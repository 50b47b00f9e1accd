"""Products and decompositions: each written independently in NumPy, and PyTorch's."""

from itertools import permutations

import numpy as np


def _loop_matmul(a, b):
    if a.ndim == 1:
        return _loop_matmul(a[None], b)[..., 0, :] if b.ndim > 1 else _loop_matmul(a[None], b)[0]
    if b.ndim == 1:
        return _loop_matmul(a, b[:, None])[..., 0]
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, lead + a.shape[-2:]), np.broadcast_to(b, lead + b.shape[-2:])
    y = np.zeros(lead + (a.shape[-2], b.shape[-1]), bool if a.dtype == b.dtype == bool else float)
    for at in np.ndindex(*y.shape):
        y[at] = sum(a[(*at[:-1], k)] * b[(*at[:-2], k, at[-1])] for k in range(a.shape[-1]))
    return y


def _of_each(f, signature):
    """A function of single matrices made one of batches, empty ones too."""
    outputs = signature.partition("->")[2].count("(")
    return np.vectorize(f, signature=signature, otypes=[float] * outputs)


def _eliminate(a, b):
    """The solution of a @ y = b by Gauss-Jordan elimination with the largest pivots."""
    rows = np.concatenate([a, b], 1)
    for i in range(len(a)):
        pivot = i + abs(rows[i:, i]).argmax()
        rows[[i, pivot]] = rows[[pivot, i]]
        rows[i] /= rows[i, i]
        for j in range(len(a)):
            if j != i:
                rows[j] -= rows[j, i] * rows[i]
    return rows[:, len(a) :]


def _leibniz(x):
    """The determinant as the sum over permutations."""
    total = 0.0
    for order in permutations(range(len(x))):
        inversions = sum(order[i] > order[j] for j in range(len(x)) for i in range(j))
        total += (-1) ** inversions * np.prod([x[i, j] for i, j in enumerate(order)])
    return total


def _minors(x):
    """The cofactors, each from its minor."""
    y = np.zeros(x.shape)
    for i, j in np.ndindex(*x.shape):
        y[i, j] = (-1) ** (i + j) * _leibniz(np.delete(np.delete(x, i, 0), j, 1))
    return y


def _row_by_row(x):
    """The Cholesky factor of the symmetric part, element by element."""
    x = (x + x.T) / 2
    y = np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(i + 1):
            rest = x[i, j] - sum(y[i, k] * y[j, k] for k in range(j))
            y[i, j] = np.sqrt(rest) if i == j else rest / y[j, j]
    return y


def _gram_schmidt(x):
    """Q and R by orthogonalizing column after column, with the signs that LAPACK's reflections happen to give."""
    n, m = x.shape
    q, r = np.zeros((n, m)), np.zeros((m, m))
    for j in range(m):
        rest = x[:, j].copy()
        for _ in range(2):  # once more, against rounding
            for i in range(j):
                part = q[:, i] @ rest
                r[i, j] += part
                rest -= part * q[:, i]
        r[j, j] = np.sqrt(rest @ rest)
        q[:, j] = rest / r[j, j]
    signs = np.sign(np.diag(np.linalg.qr(x)[1]))
    return q * signs, r * signs[:, None]


def _triangle(keep):
    def f(x, k=0):
        y = x.copy()
        for i, j in np.ndindex(*x.shape[-2:]):
            if not keep(j - i, k):
                y[..., i, j] = 0
        return y

    return f


ORACLES = {
    "matmul": _loop_matmul,
    "linear": lambda x, W, b: np.einsum("...i,io->...o", x, W) + b,
    "einsum": lambda *xs, rule: np.einsum(rule, *xs),
    "tril": _triangle(lambda above, k: above <= k),
    "triu": _triangle(lambda above, k: above >= k),
    "inv": _of_each(lambda x: _eliminate(x, np.eye(len(x))), "(n,n)->(n,n)"),
    "solve": _of_each(_eliminate, "(n,n),(n,k)->(n,k)"),
    "det": _of_each(_leibniz, "(n,n)->()"),
    "cofactor": _of_each(_minors, "(n,n)->(n,n)"),
    "slogdet": _of_each(lambda x: (np.sign(_leibniz(x)), np.log(abs(_leibniz(x)))), "(n,n)->(),()"),
    "cholesky": _of_each(_row_by_row, "(n,n)->(n,n)"),
    "qr": _of_each(_gram_schmidt, "(n,m)->(n,m),(m,m)"),
    # What they are is tested in test_linalg.py, by putting the matrices together again.
    "eigh": lambda x: tuple(np.linalg.eigh((x + x.mT) / 2)),
    "svd": lambda x: tuple(np.linalg.svd(x, full_matrices=False)),
}


def peers():
    import torch

    def aligned(v, reference):
        """The columns with the signs that NumPy's have: LAPACKs differ there."""
        return torch.sign((v.detach() * torch.tensor(reference)).sum(-2, keepdim=True))

    def eigh(x):
        x = (x + x.mT) / 2
        w, v = torch.linalg.eigh(x)
        return w, v * aligned(v, np.linalg.eigh(x.detach().numpy())[1])

    def svd(x):
        u, s, vh = torch.linalg.svd(x, full_matrices=False)
        signs = aligned(u, np.linalg.svd(x.detach().numpy(), full_matrices=False)[0])
        return u * signs, s, vh * signs.mT

    def qr(x):
        q, r = torch.linalg.qr(x)
        signs = aligned(q, np.linalg.qr(x.detach().numpy())[0])
        return q * signs, r * signs.mT

    return {
        "matmul": torch.matmul,
        "linear": lambda x, W, b: x @ W + b,
        "einsum": lambda *xs, rule: torch.einsum(rule, *xs),
        "tril": lambda x, k=0: torch.tril(x, k),
        "triu": lambda x, k=0: torch.triu(x, k),
        "inv": torch.linalg.inv,
        "solve": torch.linalg.solve,
        "det": torch.linalg.det,
        "cofactor": lambda x: torch.linalg.det(x)[..., None, None] * torch.linalg.inv(x).mT,
        "slogdet": torch.linalg.slogdet,
        "cholesky": lambda x: torch.linalg.cholesky((x + x.mT) / 2),
        "eigh": eigh,
        "qr": qr,
        "svd": svd,
    }
