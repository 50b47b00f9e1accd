import numpy as np
from myrung import Variable


def functions_of(y):
    """All functions that y was computed by."""
    found, waiting = [], [y.creator]
    while waiting:
        f = waiting.pop()
        if f is not None and f not in found:
            found.append(f)
            waiting += [x.creator for x in f.inputs]
    return found


print("y               forward    backward would record")
y = x = Variable(np.array(3.0), "x")
for power in 2, 3, 4, 5:
    y = y * x
    products = functions_of(y)
    arrivals = sum(v is x for f in products for v in f.inputs)
    print(f"x ** {power} by ×    {len(products)} Mul      {2 * len(products)} Mul and {arrivals - 1} Add")

y.backward()
print()
print("x.grad is", repr(x.grad), "and its creator:", getattr(x.grad, "creator", "it has none"))
