import numpy as np
from myrung import Variable

x = Variable(np.array(3.0), "x")
y = x * x * x
y.backward()
