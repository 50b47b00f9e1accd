import numpy as np
from myrung import Function, Variable, add, square

x, y = Variable(np.array(3.0)), Variable(np.array(4.0))
z = add(square(x), square(y))
print("3² + 4² =", z.data)


class Clock(Function):
    def forward(self, x):
        return x // 60, x % 60


hours, minutes = Clock()(Variable(np.array(1439.0)))
print(f"minute 1439 of the day is {hours.data:.0f}:{minutes.data:.0f}")


class Sum(Function):
    def forward(self, *xs):
        return sum(xs)


ten = [Variable(np.array(float(n))) for n in range(1, 11)]
print("1 + 2 + … + 10 =", Sum()(*ten).data)
