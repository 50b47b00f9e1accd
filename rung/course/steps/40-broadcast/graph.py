import numpy as np
from myrung import Variable

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
b = Variable(np.array([1.0, 2.0, 3.0]), name="b")
y = ((x * b) ** 2).sum()
y.backward()
