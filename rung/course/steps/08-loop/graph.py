import numpy as np
from myrung import Exp, Square, Variable

x = Variable(np.array(0.5))
y = Square()(Exp()(Square()(x)))
y.grad = np.array(1.0)
y.backward()
