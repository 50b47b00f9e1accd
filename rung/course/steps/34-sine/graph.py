import numpy as np
from myrung import Variable, sin

x = Variable(np.array(1.0), "x")
y = sin(x)
y.backward(create_graph=True)
gx = x.grad
x.cleargrad()
gx.backward()
