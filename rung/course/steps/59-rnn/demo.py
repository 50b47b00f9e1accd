import numpy as np
import myrung.functions as F
import myrung.layers as L
from myrung import no_grad, seed
from myrung.datasets import SinCurve
from myrung.models import Model
from myrung.optimizers import Adam


class Net(Model):
    def __init__(self, first, bend):
        super().__init__()
        self.first, self.bend, self.last = first, bend, L.Linear(1, dtype=float)

    def forward(self, x):
        return self.last(self.bend(self.first(x)))


def reset(model):
    if isinstance(model.first, L.RNN):
        model.first.reset_state()


def taught(model, points, cut=10):
    seed(0)
    optimizer = Adam(0.02).setup(model)
    for _ in range(15):
        reset(model)
        loss = 0
        for i in range(len(points) - 1):
            loss = loss + F.mean_squared_error(model(points[i : i + 1]), points[i + 1 : i + 2])
            if (i + 1) % cut == 0:
                model.cleargrads()
                loss.backward()
                loss.unchain_backward()  # the past stays as a number, and its graph is let go
                optimizer.update()
                loss = 0
    return model


def goes_on(model, points, count):
    reset(model)
    with no_grad():
        for x in points:
            y = model(x[None])
        found = []
        for _ in range(count):  # from here on it hears nothing but itself
            found.append(float(y.data[0, 0]))
            y = model(y)
    return found


def line(value):
    place = int(round((value + 1.2) * 12))
    return "." * place + "o" + "." * (28 - place)


noisy, clean = [SinCurve(train).data[::20].astype(float) for train in (True, False)]
dense = taught(Net(L.Linear(16, dtype=float), F.tanh), noisy)
recurrent = taught(Net(L.RNN(16), lambda h: h), noisy)
print("the first 13 points were heard; from here on, only their own")
print(f"{'dense':31}{'recurrent':31}")
for pair in zip(goes_on(dense, clean[:13], 26), goes_on(recurrent, clean[:13], 26), strict=True):
    print("  ".join(line(value) for value in pair))


def functions_behind(y):
    found, waiting = set(), [y.creator]
    while waiting:
        f = waiting.pop()
        if f is not None and f not in found:
            found.add(f)
            waiting += [x.creator for x in f.inputs]
    return len(found)


print("\nfunctions that one value of h drags along, after 10, 20, … steps")
for cut in False, True:
    layer, sizes = L.RNN(4), []
    for i in range(1, 51):
        h = layer(np.ones((1, 1)))
        if i % 10 == 0:
            sizes.append(functions_behind(h))
            if cut:
                h.unchain_backward()
    print("  cut  " if cut else "  uncut", *[f"{size:5}" for size in sizes])
