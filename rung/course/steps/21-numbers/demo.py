import numpy as np
from myrung import Variable

x = Variable(np.array([1.0, 2.0, 3.0], dtype=np.float32))
print("x * 2.0     ", x * 2.0)
print("1 + x       ", 1 + x)
print("array * x   ", np.array([10, 20, 30], dtype=np.float32) * x)

y = 3 * x * x + 2 * x + 1
y.backward()
print("3x² + 2x + 1", y, "with the slopes 6x + 2:", x.grad)
print("all of it in", y.dtype, "and", x.grad.dtype)

try:
    x + [1, 2, 3]
except TypeError as error:
    print("TypeError:", error)
