import numpy as np
from myrung import Variable, add, square

x0, x1 = Variable(np.array(2.0)), Variable(np.array(3.0))
y = add(square(x0), square(x1))
y.backward()
