import numpy as np
from myrung import Variable

x = Variable(np.array([3.0, 0.0, 1.0, 4.0]), name="picture")
w = Variable(np.array([1.0, -1.0]), name="filter")
y = (x[0:2] * w).sum() ** 2
for i in 1, 2:
    y = y + (x[i : i + 2] * w).sum() ** 2
y.backward()  # one filter, three places: its gradient is the sum of three
