import numpy as np
from myrung import Variable, exp

x = Variable(np.array(1.0))
y = (1 - exp(-2 * x)) / (1 + exp(-2 * x))
y.backward()
