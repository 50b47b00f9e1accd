import numpy as np
from myrung import Variable

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
y = x.T * x.reshape(3, 2)
y.backward()
