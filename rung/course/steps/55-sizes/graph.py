import numpy as np
from myrung import Variable, get_conv_outsize

x = Variable(np.arange(1.0, 6.0), name="x")
y = x[0:3].sum()
for i in range(1, get_conv_outsize(5, 3, 1, 0)):
    y = y + x[i : i + 3].sum()
y.backward()  # the gradient of x counts the windows that see each number: 1 2 3 2 1
