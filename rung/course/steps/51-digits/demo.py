import myrung
import numpy as np
from myrung import DataLoader, accuracy, no_grad, relu, softmax, softmax_cross_entropy
from myrung.datasets import Digits
from myrung.models import MLP
from myrung.optimizers import Adam
from myrung.transforms import Compose, as_float, flatten


def drawing(pictures):
    """Pictures side by side, as text."""
    rows = np.concatenate([p[0] for p in pictures], axis=1)
    return "\n".join("  " + "".join(" .:+#@"[value // 43] for value in row) for row in rows)


myrung.seed(0)
prepared = Compose(as_float, flatten)
train = DataLoader(Digits(transform=prepared), 100)
test = Digits(train=False, transform=prepared)
x_test, t_test = next(iter(DataLoader(test, len(test), shuffle=False)))
print(drawing(test.data[:6]), "\n ", *test.label[:6])

model = MLP((64, 10), relu)
optimizer = Adam(0.005).setup(model)
for epoch in range(6):
    with no_grad():
        y = model(x_test)
        loss, right = softmax_cross_entropy(y, t_test), accuracy(y, t_test)
    print(f"after {epoch} epochs: loss {loss.data:.3f}, right {right.data:.1%} of {len(t_test)} new digits")
    for x, t in train:
        loss = softmax_cross_entropy(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()

with no_grad():
    p = softmax(model(x_test)).data
wrong = np.flatnonzero(p.argmax(axis=1) != t_test)[:4]
print(drawing(test.data[wrong]))
for i in wrong:
    print(f"  a {t_test[i]}, taken for a {p[i].argmax()} with {p[i].max():.0%}; {p[i][t_test[i]]:.0%} for the truth")
