import numpy as np
from myrung import Variable, seed
from myrung.layers import LSTM

seed(0)
layer = LSTM(3, 1)
layer.x2h.W.name, layer.h2h.W.name = "Wx", "Wh"
x_0, x_1, x_2 = [Variable(np.array([[x]])) for x in (0.1, 0.5, 0.9)]
h_0, c_0 = layer(x_0), layer.c
h_1, c_1 = layer(x_1), layer.c
h_2, c_2 = layer(x_2), layer.c
y = h_2.sum()
y.backward()
