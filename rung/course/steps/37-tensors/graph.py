import numpy as np
from myrung import Variable, tanh

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]) / 4, name="x")
y = tanh(x) * x + 1
y.backward()
