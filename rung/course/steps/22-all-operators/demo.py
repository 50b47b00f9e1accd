import numpy as np
from myrung import Variable, exp

x = Variable(np.array(2.0))
y = (x**3 - 4) / (1 - x)
y.backward()
print("(x³ - 4) / (1 - x) at 2:", y, "slope", x.grad)

print()
print("tanh(x) = (1 - exp(-2x)) / (1 + exp(-2x)), and o is its slope:")
x = Variable(np.linspace(-3, 3, 61))
y = (1 - exp(-2 * x)) / (1 + exp(-2 * x))
y.backward()
for level in np.arange(1.0, -1.25, -0.25):
    line = "".join("o" if abs(s - level) < 0.125 else "█" if abs(v - level) < 0.125 else " "
                   for v, s in zip(y.data, x.grad, strict=True))  # fmt: skip
    print(f"{level:5.2f} {line}".rstrip())
