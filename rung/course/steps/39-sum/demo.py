import numpy as np
from myrung import Variable, jacobian

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
for axis in None, 0, 1:
    y = x.sum(axis=axis)
    table = jacobian(lambda x, axis=axis: x.sum(axis=axis), x).reshape(y.size, x.size)
    print(f"x.sum(axis={axis}) is {y.data}, and its Jacobian:")
    print("\n".join("  " + " ".join("█" if place else "·" for place in row) for row in table))

print()
weights = np.array([10.0, 20.0])
x = Variable(np.array([[1.0, 2.0], [3.0, 4.0]]))
for axis in 0, 1:
    x.cleargrad()
    (x.sum(axis=axis) * weights).backward()
    print(f"the gradient of [10, 20] * x.sum(axis={axis}):", x.grad.data.tolist())
