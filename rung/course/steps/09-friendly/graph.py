import numpy as np
from myrung import Variable, exp, square

x = Variable(np.array(0.5))
y = square(exp(square(x)))
y.backward()
