import numpy as np
from myrung import Variable, mean_squared_error

rng = np.random.default_rng(0)
x = rng.uniform(0, 1, (100, 1))
t = 5 + 2 * x + rng.uniform(0, 1, (100, 1))


def train(error, t, steps=400, rate=0.1):
    """A line through the dots; returns its slope, its height, and the losses on the way."""
    W, b, losses = Variable(np.zeros((1, 1))), Variable(np.zeros(1)), []
    for _ in range(steps):
        loss = error(Variable(x) @ W + b, t)
        W.cleargrad()
        b.cleargrad()
        loss.backward()
        W.data = W.data - rate * W.grad.data
        b.data = b.data - rate * b.grad.data
        losses.append(float(loss.data))
    return float(W.data[0, 0]), float(b.data[0]), losses


slope, height, losses = train(mean_squared_error, t)
for step in 0, 10, 100, 399:
    print(f"step {step:3}: loss {losses[step]:.4f}")
exact = np.linalg.lstsq(np.hstack([x, np.ones_like(x)]), t, rcond=None)[0].ravel()
print(f"found   slope {slope:.3f} height {height:.3f}")
print(f"exact   slope {exact[0]:.3f} height {exact[1]:.3f}")


def careless(y, t):
    return ((y - t) ** 2).sum() / (y - t).size


slope, height, losses = train(careless, t.ravel())
print(f"careless, with targets of shape (100,): slope {slope:.3f} height {height:.3f}, and no error")

print()
picture = [[" "] * 61 for _ in range(16)]
for u, v in zip(x.ravel(), t.ravel(), strict=True):
    picture[round((8 - v) * 5)][round(u * 60)] = "."
for column in range(61):
    picture[round((8 - exact[1] - exact[0] * column / 60) * 5)][column] = "█"
    picture[round((8 - height - slope * column / 60) * 5)][column] = "x"
print("\n".join("".join(row).rstrip() for row in picture))
