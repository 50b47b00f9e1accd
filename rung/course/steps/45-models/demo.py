import myrung
import myrung.functions as F
import myrung.layers as L
import numpy as np
from myrung import Layer
from myrung.models import MLP


class Pair(Layer):
    def __init__(self, inner, outer):
        super().__init__()
        self.inner, self.outer = inner, outer

    def forward(self, x):
        return self.outer(self.inner(x))


def tree(layer, name="net", depth=0):
    print("   " * depth + f"{name}: {type(layer).__name__}, {len(list(layer.params()))} parameters")
    for key, value in vars(layer).items():
        if isinstance(value, Layer):
            tree(value, key, depth + 1)


tree(Pair(Pair(L.Linear(5), L.Linear(4)), MLP((3, 2))))

shared = L.Linear(1, in_size=1)
print("one layer in both places:", len(list(Pair(shared, shared).params())), "parameters")

print()
myrung.seed(0)
x = np.linspace(0, 1, 50)[:, None]
t = np.sin(2 * np.pi * x)
for sizes, bend in ((1,), F.tanh), ((10, 1), F.tanh), ((10, 10, 10, 1), F.tanh):
    model = MLP(sizes, bend)
    for _ in range(500):
        loss = myrung.mean_squared_error(model(x), t)
        model.cleargrads()
        loss.backward()
        for p in model.params():
            p.data = p.data - 0.1 * p.grad.data
    print(f"MLP({sizes!s:15})  {sum(p.size for p in model.params()):4} numbers   loss {float(loss.data):.4f}")
