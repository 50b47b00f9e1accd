import numpy as np
from myrung import Function, Square, Variable

x = Variable(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
f = Square()
y = f(x)
print("x:      ", x.data)
print("square: ", y.data)
print("f is a", type(f).__name__, "and what it returned is a", type(y).__name__)


class Steps(Function):
    """A staircase: an example of how little a new function has to say."""

    def forward(self, x):
        return np.floor(x)


heights = Steps()(Variable(np.linspace(0, 4, 33))).data
for level in range(4, -1, -1):
    print(f"{level} " + "".join("■" if h >= level else " " for h in heights))
