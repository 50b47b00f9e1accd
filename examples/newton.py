"""Newton's method and gradient descent in Rosenbrock's valley.

The Hessian comes from differentiating the gradient: nothing is derived by hand. Where gradient descent crawls along
the valley's floor for thousands of steps, Newton's method is at its end after a few.
"""

import numpy as np
from common import at_most, run

import rung.functions as F
from rung import Variable
from rung.transform import hessian, value_and_grad
from rung.visualize.sheet import GREY, MARGIN, Sheet

AIMS = {"Newton's steps": at_most(8), "Newton's distance to the minimum": at_most(1e-6),
        "gradient descent's distance to the minimum": at_most(0.01)}  # fmt: skip
START = np.array([-1.2, 1.0])
MINIMUM = np.array([1.0, 1.0])


def rosenbrock(point):
    x, y = point
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2


def newton(start, steps=20, enough=1e-9):
    """The points of Newton's method, until the gradient is small enough."""
    path = [start]
    for _ in range(steps):
        _, (slope,) = value_and_grad(rosenbrock)(Variable(path[-1]))
        if float(F.norm(slope)) < enough:
            break
        path.append(path[-1] - np.linalg.solve(hessian(rosenbrock, Variable(path[-1])).data, slope.data))
    return np.array(path)


def descend(start, lr, steps):
    """The points of gradient descent."""
    path = [start]
    for _ in range(steps):
        _, (slope,) = value_and_grad(rosenbrock)(Variable(path[-1]))
        path.append(path[-1] - lr * slope.data)
    return np.array(path)


def draw(paths, path):
    """The valley from above, and the ways through it."""
    sheet = Sheet(9.0, 5.6)
    sheet.head(
        "Rosenbrock's valley", "two ways to its lowest point", "contours of equal height; the cross is the minimum"
    )
    axes = sheet.plot(MARGIN + 0.4, 1.0, 8.0, 4.0)
    x, y = np.meshgrid(np.linspace(-1.7, 1.7, 400), np.linspace(-3.5, 1.8, 400))
    height = 100 * (y - x**2) ** 2 + (1 - x) ** 2
    axes.contour(x, y, np.log1p(height), levels=14, colors=GREY, linewidths=0.6, alpha=0.7)
    for (name, points), color, size in zip(paths.items(), ("#B8410A", "#0067B1"), (1.5, 5), strict=True):
        axes.plot(
            *points.T, "-o", color=color, markersize=size, linewidth=1.2, label=f"{name}: {len(points) - 1} steps"
        )
    axes.plot(*MINIMUM, "+", color="black", markersize=14)
    axes.set_xlim(-1.7, 1.7)
    axes.set_ylim(-3.5, 1.8)
    sheet.write_ticks(axes)
    axes.legend(loc="lower left", frameon=False, fontsize=9)
    sheet.save(path)


def main(options):
    descent = descend(START, lr=0.001, steps=200 if options.quick else 20_000)
    fast = newton(START)
    draw({"gradient descent": descent, "Newton's method": fast}, options.out / "valley.png")
    return {
        "Newton's steps": len(fast) - 1,
        "Newton's distance to the minimum": float(np.linalg.norm(fast[-1] - MINIMUM)),
        "gradient descent's steps": len(descent) - 1,
        "gradient descent's distance to the minimum": float(np.linalg.norm(descent[-1] - MINIMUM)),
    }


if __name__ == "__main__":
    run(main, AIMS, __doc__)
