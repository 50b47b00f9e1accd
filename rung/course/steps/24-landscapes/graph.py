import numpy as np
from myrung import Variable

from myrung.landscapes import matyas

x, y = Variable(np.array(1.0)), Variable(np.array(1.0))
z = matyas(x, y)
z.backward()
