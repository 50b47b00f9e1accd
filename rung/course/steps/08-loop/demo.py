import sys

import numpy as np
from myrung import Function, Variable


class Shrink(Function):
    """y = 0.999 x"""

    def forward(self, x):
        return np.array(0.999 * x)

    def backward(self, gy):
        return 0.999 * gy


for length in 10, 1_000, 4_000:
    x = Variable(np.array(1.0))
    y = x
    for _ in range(length):
        y = Shrink()(y)
    y.grad = np.array(1.0)
    y.backward()
    print(f"{length:6,} functions: y = {y.data:.6f}   dy/dx = {x.grad:.6f}")
print("calls inside calls that Python allows:", f"{sys.getrecursionlimit():,}")
