import myrung
import numpy as np
from myrung import Layer, Parameter, tanh
from myrung.models import MLP
from myrung.optimizers import SGD, Adam, MomentumSGD


class Place(Layer):
    """A place in a valley that is thirty times as steep across as along."""

    def __init__(self):
        super().__init__()
        self.u, self.v = Parameter(np.array(-9.0)), Parameter(np.array(2.0))

    def forward(self):
        return self.u**2 / 30 + self.v**2


def picture(path):
    rows = [["·" if row == 4 and column % 4 == 0 else " " for column in range(61)] for row in range(9)]
    for u, v in path:
        if abs(u) <= 10 and abs(v) <= 2:
            rows[round((2 - v) * 2)][round((u + 10) * 3)] = "o"
    return "\n".join(("  " + "".join(row)).rstrip() for row in rows)


for optimizer in SGD(0.9), MomentumSGD(0.09), Adam(0.5):
    place = Place()
    optimizer.setup(place)
    path = [(-9.0, 2.0)]
    for _ in range(40):
        place.cleargrads()
        place().backward()
        optimizer.update()
        path.append((float(place.u.data), float(place.v.data)))
    print(f"{type(optimizer).__name__}: 40 steps from the left, to ({path[-1][0]:.2f}, {path[-1][1]:.2f})")
    print(picture(path))

x = np.linspace(0, 1, 50)[:, None]
t = np.sin(2 * np.pi * x)
for optimizer in SGD(0.1), MomentumSGD(0.1), Adam(0.05):
    myrung.seed(0)
    optimizer.setup(MLP((10, 1), tanh))
    for _ in range(500):
        loss = myrung.mean_squared_error(optimizer.target(x), t)
        optimizer.target.cleargrads()
        loss.backward()
        optimizer.update()
    print(f"the sine, 500 steps of {type(optimizer).__name__:12} loss {float(loss.data):.5f}")
