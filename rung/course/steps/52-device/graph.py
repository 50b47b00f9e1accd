import numpy as np
from myrung import Variable

x = Variable(np.array([1.0, 2.0, 3.0], np.float32), name="x")
y = (2 * x)[np.array([2, 0, 2])]  # the 2 became an array where x lies; so do the zeros on the way back
y.backward()
