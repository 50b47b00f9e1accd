import numpy as np
from myrung import Variable
from myrung.landscapes import goldstein_price

x, y = Variable(np.array(1.0)), Variable(np.array(1.0))
z = goldstein_price(x, y)
z.backward()
