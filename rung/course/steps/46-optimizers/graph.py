import myrung
import numpy as np
from myrung.models import MLP
from myrung.optimizers import SGD

myrung.seed(0)
model = MLP((3, 1))
optimizer = SGD(0.1).setup(model)
loss = myrung.mean_squared_error(model(np.ones((4, 2), dtype=np.float32)), np.zeros((4, 1), dtype=np.float32))
loss.backward()
optimizer.update()
