import numpy as np
from myrung import Variable, exp, square

x = Variable(np.array(0.5))
y = square(exp(square(x)))
y.backward()
print(f"dy/dx = {x.grad:.6f}")

x = Variable(np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))
y = square(exp(square(x)))
y.backward()
print("five at once:", " ".join(f"{slope:.3f}" for slope in x.grad))

x = Variable(np.array([1, 2, 3], dtype=np.float32))
y = square(x)
y.backward()
print("float32 in, float32 out:", y.data.dtype, x.grad.dtype)

try:
    Variable(0.5)
except TypeError as error:
    print("TypeError:", error)
