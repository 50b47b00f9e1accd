import numpy as np
from myrung import Variable

x = Variable(np.array(2.0))
y = 3.0 * x + np.array(1.0)
y.backward()
