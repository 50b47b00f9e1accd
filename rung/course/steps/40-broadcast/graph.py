import numpy as np
from myrung import Variable

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
b = Variable(np.array([10.0, 20.0, 30.0]))
y = x * b
y.backward()
