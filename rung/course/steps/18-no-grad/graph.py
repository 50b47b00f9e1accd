import numpy as np
from myrung import Variable, exp, no_grad, square

x = Variable(np.array(0.5))
with no_grad():
    unseen = exp(square(x))
y = square(exp(square(x)))
y.backward()
