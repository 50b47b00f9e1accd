import numpy as np
from myrung import Variable, softmax_cross_entropy

x = Variable(np.array([[2.0, 1.0, -1.0], [0.0, 3.0, 0.0]]), name="scores")
loss = softmax_cross_entropy(x, np.array([1, 1]))
loss.backward()
