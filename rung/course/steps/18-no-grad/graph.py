import numpy as np
from myrung import Variable, add, no_grad, square

x0, x1 = Variable(np.array(1.0)), Variable(np.array(2.0))
t = add(x0, x1)
y = add(x0, t)
y.backward()

with no_grad():
    z = square(square(x0))
