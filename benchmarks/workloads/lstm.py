"""Row lstm: a recurrent network that predicts the next value of a curve, over 30 steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import steps
from benchmarks.workloads import Row, Step

BATCH, TIME, HIDDEN = 30, 30, 100
RATE = 0.001


def data() -> tuple[Any, Any]:
    """Sines, each with a start of its own, and the same one step later: two arrays (N, time, 1)."""
    start = np.linspace(0, 6, BATCH)[:, None]
    curve = np.sin(start + 0.2 * np.arange(TIME + 1)).astype(np.float32)[..., None]
    return curve[:, :-1], curve[:, 1:]


def weights() -> list[Any]:
    """W_x, W_h and b of the LSTM, its four blocks being f, i, o, u; W and b of the layer on top."""
    W_x, b, W_h, _ = steps.first_weights([(1, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN)])
    return [W_x, W_h, b, *steps.first_weights([(HIDDEN, 1)])]


def with_rung(compiled: bool) -> Step:
    import rung.functions as F
    from rung import Model
    from rung.layers import LSTM, Linear
    from rung.optimizers import Adam

    class Network(Model):
        def __init__(self) -> None:
            self.lstm, self.fc = LSTM(HIDDEN, in_size=1), Linear(1, in_size=HIDDEN)

        def forward(self, x: Any) -> Any:
            return self.fc(self.lstm.sequence(x)[0])

    model = steps.rung_filled(Network(), weights())
    loss_of = lambda x, t: F.mean_squared_error(model(x), t) / TIME  # the book's is the mean over sequences alone
    return steps.rung_step(model, Adam(lr=RATE), loss_of, data(), compiled)


def with_torch(compiled: bool) -> Step:
    import torch
    from torch import nn, optim

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.fc = nn.LSTM(1, HIDDEN, batch_first=True), nn.Linear(HIDDEN, 1)

        def forward(self, x: Any) -> Any:
            return self.fc(self.lstm(x)[0])

    model = Network()
    W_x, W_h, b, W, c = weights()
    f, i, o, u = np.split(np.arange(4 * HIDDEN), 4)
    theirs = np.concatenate([i, f, u, o])  # PyTorch's order of the blocks, and it has a second b
    steps.torch_filled(model, [W_x[:, theirs], W_h[:, theirs], b, 0 * b, W, c])
    optimizer = optim.Adam(model.parameters(), lr=RATE)
    return steps.torch_step(optimizer, lambda x, t: torch.nn.functional.mse_loss(model(x), t), data(), compiled)


def with_jax(compiled: bool) -> Step:
    import jax
    import jax.numpy as jnp

    from benchmarks.jax_optimizers import adam

    def loss_of(weights: Any, x: Any, t: Any) -> Any:
        W_x, W_h, b, W, c = weights

        def advance(state: Any, x: Any) -> Any:
            h, cell = state
            f, i, o, u = jnp.split(x + h @ W_h, 4, -1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(u)
            h = jax.nn.sigmoid(o) * jnp.tanh(cell)
            return (h, cell), h

        zeros = jnp.zeros((len(x), HIDDEN))
        _, hs = jax.lax.scan(advance, (zeros, zeros), (x @ W_x + b).swapaxes(0, 1))
        return ((hs.swapaxes(0, 1) @ W + c - t) ** 2).mean()

    return steps.jax_step(weights(), adam(RATE), loss_of, data())


def with_dezero(compiled: bool) -> Step:
    import dezero.functions as F
    from dezero import Model
    from dezero.layers import LSTM, Linear
    from dezero.optimizers import Adam

    class Network(Model):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.fc = LSTM(HIDDEN, in_size=1), Linear(1, in_size=HIDDEN)

    model = Network()
    W_x, W_h, b, W, c = weights()
    for gate, Wx, Wh, bias in zip("fiou", *(np.split(array, 4, -1) for array in (W_x, W_h, b)), strict=True):
        getattr(model.lstm, f"x2{gate}").W.data, getattr(model.lstm, f"x2{gate}").b.data = Wx.copy(), bias.copy()
        getattr(model.lstm, f"h2{gate}").W.data = Wh.copy()
    steps.dezero_filled([model.fc], [W, c])

    def loss_of(x: Any, t: Any) -> Any:
        model.lstm.reset_state()
        loss: Any = 0
        for k in range(TIME):
            loss += F.mean_squared_error(model.fc(model.lstm(x[:, k])), t[:, k])
        return loss / TIME

    return steps.dezero_step(model, Adam(RATE), loss_of, data())


WORK = "30 steps of batch 30, hidden 100, 1 -> 1, MSE over the sequence, Adam"
ROWS = [Row("lstm", WORK, {"rung": with_rung, "torch": with_torch, "jax": with_jax, "dezero": with_dezero})]
