import json

import myrung.functions as F
import myrung.layers as L
import numpy as np
from myrung import accuracy, no_grad, pooling, seed
from myrung.datasets import Digits
from myrung.models import Model
from myrung.optimizers import Adam


class Seeing(Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = L.Conv2d(12, 5, dtype=float), L.Linear(10, dtype=float)

    def forward(self, x):
        y = pooling(F.relu(self.first(x)), 2, 2)
        return self.last(y.reshape(len(x), -1))


(x, t), (x_test, t_test) = [(d.data[:400] / 255, d.label[:400]) for d in (Digits(), Digits(train=False))]
seed(0)
model = Seeing()
optimizer = Adam(0.005).setup(model)
for _ in range(8):
    for i in range(0, len(x), 50):
        loss = F.softmax_cross_entropy(model(x[i : i + 50]), t[i : i + 50])
        model.cleargrads()
        loss.backward()
        optimizer.update()
with no_grad():
    right = float(accuracy(model(x_test), t_test).data)
print(json.dumps({
    "title": "Twelve windows, and what each looks for",
    "about": f"The filters of a convolution, as 400 digits have formed them; it reads {right:.0%} of new ones.",
    "kind": "tiles",
    "tiles": np.round(model.first.W.data[:, 0], 3).tolist(),
    "words": [],
}))  # fmt: skip
