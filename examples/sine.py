"""A plain recurrent network and an LSTM learn a sine wave, and go on with it alone.

In training each is asked, at every step of a noisy wave, for the value of the next. Then it is shown a wave without
noise that it has not seen: once all the way, so that it has to see one step ahead; and once for a while only, from
where on it reads what it has said itself. Source: Elman, 1990; Hochreiter and Schmidhuber, 1997.
"""

import numpy as np
from common import at_most, run

import rung
import rung.functions as F
import rung.layers as L
from rung.optimizers import Adam, ClipGrad
from rung.schedules import cosine
from rung.visualize.sheet import GREY, GRID, MARGIN, Sheet

AIMS = {f"{name}: {what}": at_most(bound) for name in ("RNN", "LSTM")
        for what, bound in (("error one step ahead", 0.02), ("error on its own", 0.25))}  # fmt: skip
PERIOD, SHOWN, ALONE, NOISE = 40, 60, 160, 0.05  # steps; but the last, a standard deviation
SIZE, WAVES = 32, 32


class Forecaster(L.Layer):
    """A recurrent network, and what it says of the next value: (N, T, 1) -> (N, T, 1), and the state."""

    def __init__(self, cell):
        self.body = L.Recurrent(cell, SIZE, in_size=1)
        self.head = L.Linear(1, in_size=SIZE)

    def forward(self, x, state=None):
        h, state = self.body(x, state)
        return self.head(h), state


def waves(phases, length):
    """Waves without noise that begin at these phases: (N, length, 1)."""
    return np.sin(2 * np.pi * (phases[:, None] + np.arange(length) / PERIOD))[..., None].astype(np.float32)


def train(model, steps, rng):
    optimizer = Adam(cosine(0.01, steps)).setup(model)
    optimizer.add_hook(ClipGrad(1.0))
    for _ in range(steps):
        y = waves(rng.random(WAVES), 2 * PERIOD + 1)
        y += NOISE * rng.standard_normal(y.shape, np.float32)
        loss = F.mean((model(y[:, :-1])[0] - y[:, 1:]) ** 2)
        model.cleargrads()
        loss.backward()
        optimizer.update()


def look_ahead(model, y):
    """What it says of each next value, of waves that it sees all of."""
    with rung.no_grad():
        return model(y[:, :-1])[0].data


def go_on(model, y, steps):
    """What it goes on with after the waves: (N, steps, 1)."""
    said = []
    with rung.no_grad():
        x, state = y, None
        for _ in range(steps):
            ahead, state = model(x, state)
            x = ahead[:, -1:]
            said.append(x.data)
    return np.concatenate(said, axis=1)


def error(found, right):
    """The root of the mean square."""
    return float(np.sqrt(np.mean((found - right) ** 2)))


def draw(y, alone, path):
    """One wave, and how each network goes on with it."""
    sheet = Sheet(9.0, 4.0)
    sheet.head("A sine wave", "continued by networks that have read the beginning",
               f"they read {SHOWN} values, up to the line, and then what they have said themselves")  # fmt: skip
    axes = sheet.plot(MARGIN + 0.3, 1.0, 8.0, 2.5)
    axes.axvline(SHOWN - 1, color=GRID, linewidth=2)
    axes.plot(y.ravel(), color="#C3CAD2", linewidth=6)
    sheet.write(MARGIN + 0.3, 3.9, "wide and grey: the wave", 9, GREY)
    for (name, values), color in zip(alone.items(), ("#B8410A", "#0067B1"), strict=True):
        axes.plot(np.arange(SHOWN, SHOWN + ALONE), values.ravel(), color=color, linewidth=1.6, label=name)
    axes.set_xlim(0, SHOWN + ALONE)
    axes.set_ylim(-1.5, 1.5)
    axes.legend(loc="upper left", ncols=2, frameon=False, fontsize=9)
    sheet.write_ticks(axes)
    sheet.save(path)


def main(options):
    steps, figures, alone = 20 if options.quick else 500, {}, {}
    y = waves(np.arange(8) / 8 + 0.03, SHOWN + ALONE)
    for name, cell in {"RNN": L.RNN, "LSTM": L.LSTM}.items():
        model = Forecaster(cell)
        train(model, steps, np.random.default_rng(options.seed))
        said = go_on(model, y[:, :SHOWN], ALONE)
        figures[f"{name}: error one step ahead"] = error(look_ahead(model, y)[:, SHOWN:], y[:, SHOWN + 1 :])
        figures[f"{name}: error on its own"] = error(said, y[:, SHOWN:])
        alone[name] = said[0]
    draw(y[0], alone, options.out / "sine.png")
    return figures


if __name__ == "__main__":
    run(main, AIMS, __doc__)
