import numpy as np
from myrung import Square, Variable

x = Variable(np.array(1.1))
y = x
for _ in range(5):
    y = Square()(y)
y.grad = np.array(1.0)
y.backward()
