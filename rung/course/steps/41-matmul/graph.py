import numpy as np
from myrung import Variable

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
W = Variable(np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]]), name="W")
b = Variable(np.array([0.5, -0.5]), name="b")
y = ((x @ W + b) ** 2).sum()
y.backward()
