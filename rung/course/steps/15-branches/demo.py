import numpy as np
from myrung import Function, Variable, add, square

order = []


def noting(name, f):
    """The same function, but its backward notes that it was called."""
    plain = f.backward

    def backward(*gys):
        order.append(name)
        return plain(*gys)

    f.backward = backward
    return f


x = Variable(np.array(2.0))
a = square(x)
b = square(a)
c = square(a)
y = add(b, c)
for name, v in ("A", a), ("B", b), ("C", c), ("+", y):
    assert isinstance(v.creator, Function)
    noting(name, v.creator)
y.backward()
print("y = (x²)² + (x²)² = 2x⁴, so dy/dx at 2 is 8 · 2³ = 64")
print("the framework says", x.grad)
print("it called", " ".join(order))
