import numpy as np
import myrung.functions as F
import myrung.layers as L
from myrung import accuracy, conv2d, no_grad, pooling, seed
from myrung.datasets import Digits
from myrung.models import Model
from myrung.optimizers import Adam

seven = np.zeros((1, 1, 8, 8))
seven[0, 0, 1, 1:7] = 1
seven[0, 0, 2:7, 5] = 1


def show(title, picture):
    print(title)
    for row in picture:
        print("   ", "".join("#" if x > 0 else "." for x in row))


show("a seven", seven[0, 0])
show("where something begins, from above", conv2d(seven, np.array([[[[-1.0], [1.0]]]])).data[0, 0])
show("where something begins, from the left", conv2d(seven, np.array([[[[-1.0, 1.0]]]])).data[0, 0])


class Dense(Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = L.Linear(64, dtype=float), L.Linear(10, dtype=float)

    def forward(self, x):
        return self.last(F.relu(self.first(x.reshape(len(x), -1))))


class Seeing(Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = L.Conv2d(12, 3, dtype=float), L.Linear(10, dtype=float)

    def forward(self, x):
        y = pooling(F.relu(self.first(x)), 2, 2)
        return self.last(y.reshape(len(x), -1))


def taught(model, train, test, scrambled):
    seed(0)
    order = np.random.default_rng(3).permutation(144) if scrambled else np.arange(144)
    (x, t), (x_test, t_test) = [
        (d.data[:400].reshape(-1, 144)[:, order].reshape(-1, 1, 12, 12) / 255, d.label[:400]) for d in (train, test)
    ]
    optimizer = Adam(0.005).setup(model)
    for _ in range(8):
        for i in range(0, len(x), 50):
            loss = F.softmax_cross_entropy(model(x[i : i + 50]), t[i : i + 50])
            model.cleargrads()
            loss.backward()
            optimizer.update()
    with no_grad():
        right = accuracy(model(x_test), t_test).data
    return right, sum(p.size for p in model.params())


train, test = Digits(), Digits(train=False)
print("\n400 digits to learn from          as they are   every point elsewhere")
for kind in Dense, Seeing:
    (plain, size), (scrambled, _) = [taught(kind(), train, test, scrambled) for scrambled in (False, True)]
    print(f"  {kind.__name__:7} {size:5} numbers       {plain:10.0%} {scrambled:19.0%}")
