import numpy as np
from myrung import Variable

x = Variable(np.array(1.0), "x")
y = Variable(np.array(2.0), "y")
z = x * x + x * y
z.backward()
