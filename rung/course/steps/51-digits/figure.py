import json

import myrung
import numpy as np
from myrung import DataLoader, no_grad, relu, softmax_cross_entropy
from myrung.datasets import Digits
from myrung.models import MLP
from myrung.optimizers import Adam
from myrung.transforms import Compose, as_float, flatten

myrung.seed(0)
prepared = Compose(as_float, flatten)
train, test = DataLoader(Digits(transform=prepared), 100), Digits(train=False, transform=prepared)
x_test, t_test = next(iter(DataLoader(test, len(test), shuffle=False)))
model = MLP((64, 10), relu)
optimizer = Adam(0.005).setup(model)
for _ in range(6):
    for x, t in train:
        loss = softmax_cross_entropy(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
with no_grad():
    said = model(x_test).data.argmax(axis=1)
wrong = np.flatnonzero(said != t_test)[:3].tolist()
shown = [i for i in range(40) if said[i] == t_test[i]][: 18 - len(wrong)] + wrong
print(json.dumps({
    "title": "Digits that it had never seen",
    "about": f"{(said == t_test).mean():.1%} of {len(t_test)} are read right. Below each, what was read.",
    "kind": "tiles",
    "tiles": [test.data[i][0].tolist() for i in shown],
    "words": [f"{said[i]}" if said[i] == t_test[i] else f"{said[i]}, not {t_test[i]}" for i in shown],
}))  # fmt: skip
