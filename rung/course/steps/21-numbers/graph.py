import numpy as np
from myrung import Variable

x = Variable(np.array([1.0, 2.0, 3.0]))
y = 3 * x * x + 2 * x + 1
y.backward()
