import numpy as np
from myrung import Variable, exp

x = Variable(np.array(0.5))
y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))
y.backward()
