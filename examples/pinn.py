"""A physics-informed network: it is told a differential equation and two values, and finds the solution.

The damped oscillator u'' + 2 d u' + w^2 u = 0 with u(0) = 1 and u'(0) = 0. No point of the solution is shown to the
network; its loss is how badly it breaks the equation, so the loss contains the network's second derivative, and
training differentiates it a third time. Source: Raissi, Perdikaris & Karniadakis, 2019.
"""

import numpy as np
from common import at_most, run

import rung.functions as F
from rung import Variable, grad, no_grad
from rung.models import MLP
from rung.optimizers import Adam
from rung.schedules import cosine
from rung.visualize.sheet import MARGIN, Sheet

AIMS = {"largest error": at_most(0.02)}
DAMPING, FREQUENCY, END = 0.5, 4.0, 3.0


def solution(t):
    """What the network is to find; it is used to judge it alone."""
    w = np.sqrt(FREQUENCY**2 - DAMPING**2)
    return np.exp(-DAMPING * t) * (np.cos(w * t) + DAMPING / w * np.sin(w * t))


def oscillator(net, t):
    """The network with its two values built in: u(0) = 1 and u'(0) = 0, whatever the network says."""
    return 1 + F.tanh(t) ** 2 * net(2 * t - END)


def breach(net, t):
    """How far the network is from the equation, at every time."""
    t = Variable(t)
    u = oscillator(net, t)
    speed = grad(u, t, create_graph=True)
    acceleration = grad(speed, t, create_graph=True)
    return (acceleration + 2 * DAMPING * speed) / FREQUENCY**2 + u


def draw(net, losses, path):
    t = np.linspace(0, END, 300, dtype=np.float32)[:, None]
    with no_grad():
        found = oscillator(net, t).data
    sheet = Sheet(9.0, 4.4)
    sheet.head(
        "A damped oscillator",
        "found from its equation",
        "left: the network on the solution; right: the loss, step by step",
    )
    axes = sheet.plot(MARGIN + 0.3, 1.0, 4.6, 2.9)
    axes.plot(t, solution(t), color="#C3CAD2", linewidth=6, label="the solution")
    axes.plot(t, found, color="#0067B1", linewidth=1.8, label="the network")
    axes.set_xlim(0, END)
    axes.set_ylim(-1.1, 1.1)
    axes.legend(frameon=False, fontsize=9)
    sheet.write_ticks(axes)
    axes = sheet.plot(6.1, 1.0, 2.4, 2.9)
    axes.semilogy(losses, color="#B8410A", linewidth=0.8)
    axes.set_xlim(0, len(losses))
    sheet.write_ticks(axes)
    sheet.save(path)


def main(options):
    steps = 50 if options.quick else 1500
    net = MLP((32, 32, 1), activation=F.sin)
    optimizer = Adam(cosine(0.005, steps=steps)).setup(net)
    rng = np.random.default_rng(options.seed)
    losses = []
    for _ in range(steps):
        t = rng.uniform(0, END, (64, 1)).astype(np.float32)
        loss = F.mean(breach(net, t) ** 2)
        net.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(loss.item())
    draw(net, losses, options.out / "oscillator.png")
    t = np.linspace(0, END, 200, dtype=np.float32)[:, None]
    with no_grad():
        error = abs(oscillator(net, t).data - solution(t))
    return {"largest error": float(error.max()), "last loss": losses[-1]}


if __name__ == "__main__":
    run(main, AIMS, __doc__)
