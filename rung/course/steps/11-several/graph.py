import numpy as np
from myrung import Add, Variable

x0, x1, x2 = Variable(np.array(2.0)), Variable(np.array(3.0)), Variable(np.array(4.0))
(t,) = Add()([x0, x1])
(y,) = Add()([t, x2])
