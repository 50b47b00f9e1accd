import numpy as np
from myrung import Variable
from myrung.series import sin_series

x = Variable(np.array(np.pi / 4))
y = sin_series(x, 1e-2)
y.backward()
