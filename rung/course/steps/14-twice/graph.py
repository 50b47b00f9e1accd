import numpy as np
from myrung import Variable, add, exp, square

x = Variable(np.array(1.0))
y = add(square(x), exp(x))
y.backward()
