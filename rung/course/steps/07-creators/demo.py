import numpy as np
from myrung import Exp, Square, Variable

x = Variable(np.array(0.5))
a = Square()(x)
b = Exp()(a)
y = Square()(b)

names = {x: "x", a: "a", b: "b", y: "y"}
v, path = y, "y"
while v.creator is not None:
    f = v.creator
    path += f" ◀── {type(f).__name__} ◀── {names[f.input]}"
    v = f.input
print("who made whom: ", path)

y.grad = np.array(1.0)
y.backward()
print("the gradients: ", ",  ".join(f"{names[v]} {v.grad:.4f}" for v in (y, b, a, x)))
