import numpy as np
from myrung import Variable

a, b, c = Variable(np.array(3.0)), Variable(np.array(2.0)), Variable(np.array(1.0))
y = a * b + c
y.backward()
