import myrung.layers as L
import numpy as np
from myrung import Variable, mean_squared_error, seed, sigmoid

seed(0)
x, t = np.array([[0.0], [0.5], [1.0]]), np.array([[0.0], [1.0], [0.0]])
l1, l2 = L.Linear(4, dtype=np.float64), L.Linear(1, dtype=np.float64)
y = mean_squared_error(l2(sigmoid(l1(Variable(x)))), t)
y.backward()
