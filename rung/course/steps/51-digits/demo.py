import os
from pathlib import Path

import myrung
import numpy as np
from myrung import DataLoader, accuracy, no_grad, relu, softmax, softmax_cross_entropy
from myrung.datasets import MNIST, Digits
from myrung.models import MLP
from myrung.optimizers import Adam
from myrung.transforms import Compose, as_float, flatten

prepared = Compose(as_float, flatten)


def drawing(pictures):
    """Pictures side by side, as text."""
    rows = np.concatenate([p[0] for p in pictures], axis=1)
    return "\n".join("  " + "".join(" .:+#@"[value // 43] for value in row) for row in rows)


def taught(train, test, epochs):
    """What a net says of the test's pictures when it has learned: a share for each digit."""
    x_test, t_test = next(iter(DataLoader(test, len(test), shuffle=False)))
    model = MLP((64, 10), relu)
    optimizer = Adam(0.005).setup(model)
    for epoch in range(epochs + 1):
        for x, t in DataLoader(train, 100) if epoch > 0 else ():
            loss = softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
        with no_grad():
            y = model(x_test)
            loss, right = softmax_cross_entropy(y, t_test), accuracy(y, t_test)
        print(f"after {epoch} epochs: loss {loss.data:.3f}, right {right.data:.1%} of {len(t_test)} new digits")
    return softmax(y).data


myrung.seed(0)
train, test = [Digits(train, prepared) for train in (True, False)]
print(drawing(test.data[:6]), "\n ", *test.label[:6])
p = taught(train, test, 5)
wrong = np.flatnonzero(p.argmax(axis=1) != test.label)[:4]
print(drawing(test.data[wrong]))
for i in wrong:
    t = test.label[i]
    print(f"  a {t}, taken for a {p[i].argmax()} with {p[i].max():.0%}; {p[i][t]:.0%} for the truth")

folder = Path(os.environ.get("RUNG_DATA", "nowhere")) / "mnist"
if len(list(folder.glob("*-ubyte.gz"))) == 4:
    print(f"and the real ones, from {folder}")
    taught(MNIST(folder, True, prepared), MNIST(folder, False, prepared), 2)
