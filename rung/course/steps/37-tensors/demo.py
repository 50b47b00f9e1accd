import time

import numpy as np
from myrung import Variable, jacobian, sin, tanh

x = Variable(np.array([0.0, 1.0, 2.0]))
print("jacobian of sin:")
print(jacobian(sin, x).round(3))
y = sin(x)
y.backward()
print("backward, all at once:", x.grad.data.round(3))

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
print("a table of", x.shape, "has a Jacobian of", jacobian(tanh, x).shape)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


x = Variable(np.linspace(0, 1, 1000))
whole = min(seconds(lambda: tanh(x * x).backward()) for _ in range(5))
table = seconds(lambda: jacobian(lambda x: tanh(x * x), x))
print("1000 elements: the whole Jacobian takes more than 50 times as long:", table > 50 * whole)
