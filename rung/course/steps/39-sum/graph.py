import numpy as np
from myrung import Variable

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
y = (x.sum(axis=1) ** 2).sum()
y.backward()
