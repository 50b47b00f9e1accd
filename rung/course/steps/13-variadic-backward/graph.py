import numpy as np
from myrung import Variable, add, square

x, y = Variable(np.array(3.0)), Variable(np.array(4.0))
z = add(square(x), square(y))
z.backward()
