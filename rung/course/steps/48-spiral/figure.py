import json

import myrung
import numpy as np
from myrung import accuracy, no_grad, softmax_cross_entropy, tanh
from myrung.datasets import get_spiral
from myrung.models import MLP
from myrung.optimizers import Adam

x, t = get_spiral()
rng = np.random.default_rng(0)
myrung.seed(0)
model = MLP((20, 3), tanh)
optimizer = Adam(0.03).setup(model)
for _ in range(40):
    order = rng.permutation(len(x))
    for begin in range(0, len(x), 30):
        chosen = order[begin : begin + 30]
        loss = softmax_cross_entropy(model(x[chosen]), t[chosen])
        model.cleargrads()
        loss.backward()
        optimizer.update()

u, v = np.meshgrid(np.linspace(-1.1, 1.1, 73), np.linspace(1.1, -1.1, 73))
with no_grad():
    said = model(np.stack([u.ravel(), v.ravel()], axis=1).astype(np.float32)).data.argmax(axis=1)
    right = float(accuracy(model(x), t).data)
print(json.dumps({
    "title": "Three arms of a spiral",
    "about": f"What a net of two layers makes of the plane; {right:.0%} of the points lie where it says.",
    "kind": "map",
    "rows": said.reshape(u.shape).tolist(),
    "points": [[(float(a) + 1.1) / 2.2, (1.1 - float(b)) / 2.2, int(arm)] for (a, b), arm in zip(x, t, strict=True)],
}))  # fmt: skip
