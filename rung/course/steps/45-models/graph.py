import myrung
import numpy as np
from myrung.models import MLP

myrung.seed(0)
model = MLP((3, 2))
y = model(np.ones((4, 2), dtype=np.float32))
y.sum().backward()
