import myrung
import numpy as np
from myrung import accuracy, no_grad, softmax_cross_entropy, tanh
from myrung.datasets import get_spiral
from myrung.models import MLP
from myrung.optimizers import Adam

x, t = get_spiral()
x_test, t_test = get_spiral(train=False)


def train(sizes, batch_size, epochs):
    """A net, trained on portions of the spiral."""
    rng = np.random.default_rng(0)
    myrung.seed(0)
    model = MLP(sizes, tanh)
    optimizer, updates = Adam(0.03).setup(model), 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for begin in range(0, len(x), batch_size):
            chosen = order[begin : begin + batch_size]
            loss = softmax_cross_entropy(model(x[chosen]), t[chosen])
            model.cleargrads()
            loss.backward()
            optimizer.update()
            updates += 1
    with no_grad():
        y, y_test = model(x), model(x_test)
    shares = f"right: {accuracy(y, t).data:4.0%}, of new points {accuracy(y_test, t_test).data:4.0%}"
    print(f"MLP({sizes!s:7}) batches of {batch_size:3}  {updates:4} updates  {shares}")
    return model


train((3,), 30, 40)
train((20, 3), 300, 40)
model = train((20, 3), 30, 40)

u, v = np.meshgrid(np.linspace(-1.1, 1.1, 57), np.linspace(1.1, -1.1, 23))
with no_grad():
    said = model(np.stack([u.ravel(), v.ravel()], axis=1).astype(np.float32)).data.argmax(axis=1)
picture = [[".:-"[arm] for arm in row] for row in said.reshape(u.shape)]
for (a, b), arm in zip(x, t, strict=True):
    picture[round((1.1 - float(b)) * 10)][round((float(a) + 1.1) * 56 / 2.2)] = "ox#"[arm]
print("\n".join("".join(row) for row in picture))
