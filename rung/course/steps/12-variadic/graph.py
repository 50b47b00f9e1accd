import numpy as np
from myrung import Variable, add

x0, x1, x2 = Variable(np.array(2.0)), Variable(np.array(3.0)), Variable(np.array(4.0))
t = add(x0, x1)
y = add(t, x2)
