import numpy as np
from myrung import Variable, exp, square

x = Variable(np.array([0.5, 1.0, 1.5]))
y = exp(square(x))
y.backward()
