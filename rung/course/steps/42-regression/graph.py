import numpy as np
from myrung import Variable, mean_squared_error

x = np.array([[0.0], [0.5], [1.0]])
t = np.array([[5.0], [6.0], [7.0]])
W, b = Variable(np.array([[1.0]]), name="W"), Variable(np.array([4.0]), name="b")
y = mean_squared_error(x @ W + b, t)
y.backward()
