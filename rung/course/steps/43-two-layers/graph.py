import numpy as np
from myrung import Variable, linear, mean_squared_error, sigmoid

rng = np.random.default_rng(0)
x, t = np.array([[0.0], [0.5], [1.0]]), np.array([[0.0], [1.0], [0.0]])
W1, b1 = Variable(rng.standard_normal((1, 4)), name="W1"), Variable(np.zeros(4), name="b1")
W2, b2 = Variable(rng.standard_normal((4, 1)), name="W2"), Variable(np.zeros(1), name="b2")
y = mean_squared_error(linear(sigmoid(linear(x, W1, b1)), W2, b2), t)
y.backward()
