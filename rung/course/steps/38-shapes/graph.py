import numpy as np
from myrung import Variable

x = Variable(np.arange(1.0, 7).reshape(2, 3))
y = x.T * x.reshape(3, 2)
y.backward()
