import numpy as np
from myrung import Variable, add, square

x = Variable(np.array(2.0))
a = square(x)
b = square(a)
c = square(a)
y = add(b, c)
y.backward()
print(
    "generations: ",
    ", ".join(f"{name} {v.generation}" for name, v in {"x": x, "a": a, "b": b, "c": c, "y": y}.items()),
)
print("dy/dx of the diamond:", x.grad)

x = Variable(np.array(1.0))
a = x
for _ in range(300):
    a = add(a, a)
a.backward()
print(f"300 diamonds, {2.0**300:.0e} ways, slope {x.grad:.0e}")
