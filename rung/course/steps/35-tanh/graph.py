import numpy as np
from myrung import Variable, tanh

x = Variable(np.array(1.0), "x")
y = tanh(x)
y.backward(create_graph=True)
gx = x.grad
x.cleargrad()
gx.backward(create_graph=True)
