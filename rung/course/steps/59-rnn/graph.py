import numpy as np
from myrung import Variable, seed
from myrung.layers import RNN

seed(0)
layer = RNN(3)
for x in (0.1, 0.5, 0.9):
    h = layer(Variable(np.array([[x]])))
y = h.sum()
y.backward()
