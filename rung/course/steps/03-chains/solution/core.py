import numpy as np


# after: Square
class Exp(Function):
    """y = e ** x"""

    def forward(self, x):
        return np.exp(x)
