import numpy as np
from myrung import Variable

x = Variable(np.array(2.0))
y = (x**3 - 4) / (1 - x)
y.backward()
