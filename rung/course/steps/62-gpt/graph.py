import numpy as np
from myrung import GPT, seed

seed(0)
model = GPT(5, length=4, size=4, num_heads=2, num_blocks=1)
for name, param in model.named_params():
    param.name = name  # so many are called W
scores = model(np.array([[0, 3, 1]]))
y = scores.sum()
y.backward()
