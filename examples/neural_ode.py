"""A neural ODE: the law of a motion is learnt from a handful of noisy looks at it.

A network gives the speed at every point; Runge-Kutta's method follows it from look to look, and the gradient flows
back through all of its stages. What is learnt is a field of speeds, which can be followed from anywhere.
Source: Chen et al., Neural Ordinary Differential Equations, 2018; here the steps themselves are differentiated.
"""

import numpy as np
from common import at_most, run

import rung.functions as F
from rung import no_grad
from rung.models import MLP
from rung.optimizers import Adam
from rung.schedules import cosine
from rung.visualize.sheet import GREY, MARGIN, Sheet

AIMS = {"mean error of the path": at_most(0.15)}
STEP, LOOKS = 0.05, 160


def law(x):
    """The spiral that is to be found: a rotation of cubes, with friction."""
    return x**3 @ np.array([[-0.1, -2.0], [2.0, -0.1]])


def follow(speed, x, steps, step=STEP):
    """Runge-Kutta's method of the fourth order: the points after 0, 1, … steps."""
    path = [x]
    for _ in range(steps):
        a = speed(x)
        b = speed(x + step / 2 * a)
        c = speed(x + step / 2 * b)
        d = speed(x + step * c)
        x = x + step / 6 * (a + 2 * b + 2 * c + d)
        path.append(x)
    return path


def draw(truth, seen, found, field, path):
    sheet = Sheet(9.0, 5.2)
    sheet.head(
        "A law of motion",
        "learnt from looks at it",
        "dots: what was seen; line: the learnt law, followed from the start",
    )
    axes = sheet.plot(MARGIN + 0.3, 1.0, 3.9, 3.7)
    axes.plot(*seen.T, "o", color="#B8410A", markersize=2.5, alpha=0.7)
    axes.plot(*truth.T, color="#C3CAD2", linewidth=4)
    axes.plot(*found.T, color="#0067B1", linewidth=1.4)
    axes.set_xlim(-2.3, 2.3)
    axes.set_ylim(-2.3, 2.3)
    sheet.write_ticks(axes)
    axes = sheet.plot(MARGIN + 4.7, 1.0, 3.6, 3.7)
    x, y = np.meshgrid(np.linspace(-2.2, 2.2, 19), np.linspace(-2.2, 2.2, 19))
    u, v = field(np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)).T
    length = np.hypot(u, v) + 1e-6
    axes.quiver(x.ravel(), y.ravel(), u / length, v / length, length, cmap="Blues", norm="log", width=0.006)
    axes.set_xlim(-2.4, 2.4)
    axes.set_ylim(-2.4, 2.4)
    axes.set_axis_off()
    sheet.write(MARGIN + 4.9, 4.95, "the field of speeds, dark where it is fast", 8.5, GREY)
    sheet.save(path)


def main(options):
    rng = np.random.default_rng(options.seed)
    truth = np.array(follow(law, np.array([2.0, 0.0]), LOOKS))
    seen = (truth + 0.01 * rng.standard_normal(truth.shape)).astype(np.float32)
    net = MLP((64, 2), activation=F.tanh)
    speed = lambda x: net(x**3)
    steps, ahead = 20 if options.quick else 1500, 20
    optimizer = Adam(cosine(0.02, steps=steps)).setup(net)
    for _ in range(steps):
        starts = rng.integers(0, LOOKS - ahead + 1, 32)
        targets = np.stack([seen[starts + i] for i in range(1, ahead + 1)])  # (ahead, starts, 2)
        loss = F.mean(abs(F.stack(follow(speed, seen[starts], ahead)[1:]) - targets))
        net.cleargrads()
        loss.backward()
        optimizer.update()
    with no_grad():
        found = F.stack(follow(speed, truth[:1].astype(np.float32), LOOKS)).data[:, 0]
        draw(truth, seen, found, lambda x: speed(x).data, options.out / "motion.png")
    return {"mean error of the path": float(np.linalg.norm(found - truth, axis=1).mean()), "last loss": loss.item()}


if __name__ == "__main__":
    run(main, AIMS, __doc__)
