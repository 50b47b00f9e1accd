import numpy as np
from myrung import Add, Function, Variable

x0, x1 = Variable(np.array(2.0)), Variable(np.array(3.0))
outputs = Add()([x0, x1])
print("2 + 3:", outputs[0].data)


class Clock(Function):
    """Minutes of a day to hours and minutes: one input, two outputs."""

    def forward(self, x):
        return x // 60, x % 60


f = Clock()
hours, minutes = f([Variable(np.array([75.0, 610.0, 1439.0]))])
print("hours:  ", hours.data)
print("minutes:", minutes.data)
print("both made by the same function:", hours.creator is minutes.creator is f)
