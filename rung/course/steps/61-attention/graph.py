import numpy as np
from myrung import Variable, attention

rng = np.random.default_rng(0)
q, k, v = [Variable(rng.standard_normal((3, 2)), name) for name in "qkv"]
y = attention(q, k, v, causal=True).sum()
y.backward()
