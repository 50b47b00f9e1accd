import numpy as np
from myrung import Exp, Square, Variable, numerical_diff

A, B, C = Square(), Exp(), Square()

x = Variable(np.array(0.5))
a = A(x)
b = B(a)
y = C(b)
print("forward    x -> a -> b -> y:", *(f"{v.data:.4f}" for v in (x, a, b, y)))

y.grad = np.array(1.0)
b.grad = C.backward(y.grad)
a.grad = B.backward(b.grad)
x.grad = A.backward(a.grad)
print("backward   y -> b -> a -> x:", *(f"{v.grad:.4f}" for v in (y, b, a, x)))

measured = numerical_diff(lambda x: Square()(Exp()(Square()(x))), x)
print(f"and measured with two runs:  {measured:.4f}")
