import numpy as np
from myrung import Function, Variable, jacobian, tanh


class Neighbours(Function):
    """Each element plus half of the one before it; the first has the last for a neighbour."""

    def forward(self, x):
        return x + 0.5 * np.roll(x, 1)

    def backward(self, gy):
        return Variable(gy.data + 0.5 * np.roll(gy.data, -1))


x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
y = (x + 1) * x
y.backward()
print("x.grad of (x + 1) * x, a table like x:")
print(x.grad)

x = Variable(np.array([0.0, 0.5, 1.0, 1.5]))
print("jacobian of tanh:")
print(np.round(jacobian(tanh, x), 2))
print("jacobian of Neighbours:")
print(jacobian(lambda x: Neighbours()(x), x))
print("jacobian of tanh(Neighbours):")
whole = jacobian(lambda x: tanh(Neighbours()(x)), x)
print(np.round(whole, 2))

gy = np.array([1.0, -1.0, 2.0, 0.0])
y = tanh(Neighbours()(x))
y.grad = Variable(gy)
y.backward()
print("gy times this table:", np.round(gy @ whole, 4))
print("one walk from gy:   ", np.round(x.grad.data, 4))
