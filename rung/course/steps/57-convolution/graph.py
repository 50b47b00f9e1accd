import numpy as np
from myrung import Variable, conv2d, pooling

x = Variable(np.arange(16.0).reshape(1, 1, 4, 4) % 7)
W = Variable(np.array([[[[1.0, -1.0], [0.0, 1.0]]]]))
y = pooling(conv2d(x, W, pad=1), 2, 2)
y.backward()
