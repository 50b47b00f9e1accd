import numpy as np
from myrung import Variable
from myrung.landscapes import rosenbrock

x, y = Variable(np.array(0.0)), Variable(np.array(2.0))
z = rosenbrock(x, y)
z.backward()
