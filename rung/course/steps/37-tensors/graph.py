import numpy as np
from myrung import Variable, tanh

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
c = Variable(np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]]))
y = tanh(x) + c * x
y.backward()
