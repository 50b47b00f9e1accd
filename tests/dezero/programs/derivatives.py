"""In the form of the book's steps 23 to 41: variables, functions of one's own, higher derivatives, pictures."""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), ".."))
import dezero
import dezero.functions as F
import numpy as np
from dezero import Function, Variable
from dezero.utils import get_dot_graph


def hilly(x, y):
    left = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    right = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return left * right


x, y = Variable(np.array(1.0)), Variable(np.array(1.0))
z = hilly(x, y)
z.backward()
print(x.grad, y.grad)
x.name, z.name = "x", "z"
print(get_dot_graph(z).startswith("digraph g {"), z.creator.generation + 1 == z.generation)


class Sin(Function):
    def forward(self, x):
        return np.sin(x)

    def backward(self, gy):
        x = self.inputs[0].data
        return gy * np.cos(x)


x = Variable(np.array(np.pi / 4))
y = Sin()(x)
y.backward()
print(y.data, x.grad)

x = Variable(np.array(2.0))
for i in range(3):
    y = x**4 - 2 * x**2
    x.cleargrad()
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    gx.backward()
    x.data -= gx.data / x.grad.data
    print(i, x)

x = Variable(np.linspace(-1, 1, 5))
y = F.sin(x)
y.backward(create_graph=True)
for _ in range(3):
    gx = x.grad
    x.cleargrad()
    gx.backward(create_graph=True)
    print(x.grad)

x = Variable(np.array([[1, 2, 3], [4, 5, 6]]))
y = F.reshape(x, (6,))
y.backward(retain_grad=True)
print(x.grad, y.grad.shape)
print(x.reshape((3, 2)).shape, x.reshape(3, 2).shape, x.T, x.sum(axis=0), F.sum(x, axis=0, keepdims=True).shape)

x0, x1 = Variable(np.array([1, 2, 3])), Variable(np.array([10]))
y = x0 + x1
y.backward()
print(y, x1.grad)

x = Variable(np.array(2.0))
y = x**2
y.backward(create_graph=True)
gx = x.grad
x.cleargrad()
z = gx**3 + y
z.backward()
print(x.grad)

f = y.creator
print(type(f).__name__, f.inputs[0] is x, f.outputs[0]() is y, y.generation, x.generation)
with dezero.no_grad():
    y = 2 * x
print(y.creator, y)
y = x * x
y.grad = Variable(np.array(10.0))
x.cleargrad()
y.backward()
print(x.grad)
