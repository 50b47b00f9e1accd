import numpy as np
from myrung import Variable, add

x = Variable(np.array(3.0))
y = add(add(x, x), x)
y.backward()
