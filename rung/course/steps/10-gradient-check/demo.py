import numpy as np
from myrung import Function, Variable, exp, gradient_check, square


class Cube(Function):
    def forward(self, x):
        return x**3

    def backward(self, gy):
        return 3 * self.x_squared() * gy

    def x_squared(self):
        return self.input.data**2


class Typo(Cube):
    def backward(self, gy):
        return 3 * self.x_squared() + gy


rng = np.random.default_rng(0)
x = Variable(rng.normal(size=(2, 3)))
for name, f in {
    "square(x)": square,
    "exp(square(x))": lambda x: exp(square(x)),
    "cube(x)": lambda x: Cube()(x),
    "cube with a typo": lambda x: Typo()(x),
}.items():
    print(f"{name:18}", "agrees" if gradient_check(f, x) else "DISAGREES: its backward is wrong")
