import numpy as np
from myrung import Variable, add, square

x = Variable(np.array(2.0))
a = square(x)
y = add(square(a), square(a))
y.backward()
