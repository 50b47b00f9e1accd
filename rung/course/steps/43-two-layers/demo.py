import numpy as np
from myrung import Variable, linear, mean_squared_error, sigmoid

rng = np.random.default_rng(0)
x = np.linspace(0, 1, 61).reshape(61, 1)
t = np.sin(2 * np.pi * x) + rng.normal(0, 0.1, (61, 1))


def bent(x, W1, b1, W2, b2):
    return linear(sigmoid(linear(x, W1, b1)), W2, b2)


def straight(x, W1, b1, W2, b2):
    return linear(linear(x, W1, b1), W2, b2)


def train(model, params, steps=3000, rate=0.3):
    for _ in range(steps):
        loss = mean_squared_error(model(Variable(x), *params), t)
        for p in params:
            p.cleargrad()
        loss.backward()
        for p in params:
            p.data = p.data - rate * p.grad.data
    return float(loss.data)


def params(W1, W2):
    return [Variable(W1), Variable(np.zeros(10)), Variable(W2), Variable(np.zeros(1))]


drawn = lambda: params(rng.standard_normal((1, 10)) * 3, rng.standard_normal((10, 1)) * 0.3)  # noqa: E731
print(f"two layers, no bend:          loss {train(straight, drawn(), rate=0.02):.2f}")
twins = params(np.ones((1, 10)), np.ones((10, 1)))
print(f"bent, all weights equal:      loss {train(bent, twins):.2f}", end="")
print(f", and the ten are still twins: {bool(np.ptp(twins[0].data) < 1e-6)}")
chosen = drawn()
print(f"bent, weights drawn at random: loss {train(bent, chosen):.2f}")

print()
y = bent(Variable(x), *chosen).data
picture = [[" "] * 61 for _ in range(15)]
for column in range(61):
    picture[min(14, max(0, round((1.2 - t[column, 0]) * 6)))][column] = "."
for column in range(61):
    picture[round((1.2 - y[column, 0]) * 6)][column] = "█"
print("\n".join("".join(row).rstrip() for row in picture))
