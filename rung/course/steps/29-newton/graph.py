import numpy as np
from myrung import Variable

x = Variable(np.array(2.0))
y = x**4 - 2 * x**2
y.backward()
