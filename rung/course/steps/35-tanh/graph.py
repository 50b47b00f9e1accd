import numpy as np
from myrung import Variable, tanh

x = Variable(np.array(1.0), "x")
y = tanh(x)
y.backward(create_graph=True)
y1 = x.grad
x.cleargrad()
y1.backward(create_graph=True)
y2 = x.grad
x.cleargrad()
y2.backward(create_graph=True)
y3 = x.grad
