import json

import numpy as np
from myrung import Variable, derivatives, tanh

x = np.linspace(-4, 4, 161)
curves = [y.data / np.abs(y.data).max() for y in derivatives(tanh, Variable(x), 4)]
names = ["tanh", "first derivative", "second", "third", "fourth"]
print(json.dumps({
    "title": "tanh, and its derivatives up to the fourth",
    "about": "Each is the derivative of the one before, computed by backward through backward; scaled to one height.",
    "kind": "curves",
    "x": x.tolist(),
    "curves": {name: np.round(y, 4).tolist() for name, y in zip(names, curves, strict=True)},
}))  # fmt: skip
