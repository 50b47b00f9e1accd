import myrung.layers as L
import numpy as np
from myrung import Variable, mean_squared_error, seed, sigmoid

seed(0)
x = np.linspace(0, 1, 61).reshape(61, 1)
t = np.sin(2 * np.pi * x)
l1, l2 = L.Linear(10, dtype=np.float64), L.Linear(1, dtype=np.float64)
print("before the first batch:", [p.data is not None for p in l1.params()])
for step in range(3001):
    y = l2(sigmoid(l1(Variable(x))))
    loss = mean_squared_error(y, t)
    for layer in l1, l2:
        layer.cleargrads()
    loss.backward()
    for layer in l1, l2:
        for p in layer.params():
            p.data = p.data - 0.3 * p.grad.data
    if step % 1000 == 0:
        print(f"step {step:4}: loss {loss.data:.3f}")
print("after it:", [(p.name, p.shape) for layer in (l1, l2) for p in layer.params()])

print()
print("the spread of the numbers after 1, 10 and 50 layers of 100:")
for what, factor in ("W of spread 1", 10.0), ("W of spread 0.01", 0.1), ("W of spread 1 / sqrt(100)", 1.0):
    h, spreads = Variable(np.random.default_rng(0).standard_normal((20, 100))), []
    for _ in range(50):
        layer = L.Linear(100, dtype=np.float64, in_size=100)
        layer.W.data = layer.W.data * factor
        h = layer(h)
        spreads.append(h.data.std())
    print(f"  {what:26}" + "".join(f"{spreads[i]:12.0e}" for i in (0, 9, 49)))
