import numpy as np
from myrung import Variable

x = Variable(np.array(3.0), "x")
y = x * x
y.backward(create_graph=True)
gx = x.grad
x.cleargrad()
gx.backward()
