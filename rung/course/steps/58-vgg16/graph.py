import numpy as np
import myrung.functions as F
from myrung import Variable, pooling, seed
from myrung.models import VGG16

seed(58)
model = VGG16(width=1)
for name, param in model.named_params():
    param.name = name
x = Variable(np.random.default_rng(0).standard_normal((1, 3, 8, 8)).astype(np.float32))
for names in model.blocks[:2]:  # two blocks of five
    for name in names:
        x = F.relu(getattr(model, name)(x))
    x = pooling(x, 2, 2)
y = x.sum()
y.backward()
