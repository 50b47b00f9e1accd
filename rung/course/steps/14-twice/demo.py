import numpy as np
from myrung import Variable, add, exp, square

x = Variable(np.array(3.0))
y = add(x, x)
y.backward()
print("x + x:            ", x.grad)

x.cleargrad()
y = add(add(x, x), x)
y.backward()
print("x + x + x:        ", x.grad)

x = Variable(np.array(1.0))
y = add(square(x), exp(x))
y.backward()
print(f"x² + exp(x) at 1:  {x.grad:.6f}")

x = Variable(np.array(3.0))
for run in range(1, 4):
    square(x).backward()
    print(f"x² at 3, {run} times without cleargrad:", x.grad)
