import numpy as np
from myrung import Variable, seed
from myrung.layers import LSTM

seed(0)
lstm = LSTM(3)
for x in (0.1, 0.5, 0.9):
    h = lstm(Variable(np.array([[x]])))
y = h.sum()
y.backward()
