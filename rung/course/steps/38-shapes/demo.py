import numpy as np
from myrung import Variable

x = Variable(np.arange(1.0, 7).reshape(2, 3))
print("x                 x.T           x.reshape(3, 2)")
for i in range(3):
    row = str(x.data[i]) if i < 2 else ""
    print(f"{row:16}  {x.T.data[i]!s:12}  {x.reshape(3, 2).data[i]}")

weights = np.array([[1.0, 10.0], [100.0, 1000.0], [10000.0, 100000.0]])
for what, y in ("x.T", x.T), ("x.reshape(3, 2)", x.reshape(3, 2)):
    x.cleargrad()
    (y * weights).backward()
    print(f"x.grad of {what} * weights:")
    print(x.grad)

x = Variable(np.zeros((2, 3, 4)))
y = x.transpose(1, 2, 0)
print("(2, 3, 4), transposed by (1, 2, 0):", y.shape)
print("by (1, 2, 0) again:", y.transpose(1, 2, 0).shape, "  by (2, 0, 1):", y.transpose(2, 0, 1).shape)
