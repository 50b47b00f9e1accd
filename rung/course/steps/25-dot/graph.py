import numpy as np
from myrung import Variable, square

x = Variable(np.array(2.0))
a = square(x)
b = square(a)
c = square(a)
y = b + c
y.backward()
