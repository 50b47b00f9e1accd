import myrung
import numpy as np
from myrung import Variable, dropout

myrung.seed(0)
x = Variable(np.arange(1.0, 7.0), name="x")
y = dropout(x, 0.5).sum()
y.backward()
