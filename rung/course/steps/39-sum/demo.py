import numpy as np
from myrung import Variable, broadcast_to
from myrung import functions as F

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
for what, y in ("x.sum()", x.sum()), ("x.sum(axis=0)", x.sum(axis=0)), ("x.sum(axis=1, keepdims=True)", x.sum(1, True)):
    print(f"{what:30} {y.shape!s:8}", str(y.data).replace("\n", ""))

weights = np.array([10.0, 1.0])
(x.sum(axis=1) * weights).backward()
print("x.grad, where the rows' sums have the gradients 10 and 1:")
print(x.grad)

b = Variable(np.array([[1.0], [2.0]]))
y = broadcast_to(b, (2, 3))
print("broadcast_to:", str(y.data).replace("\n", ""))
(y * np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).backward()
print("b.grad, where the copies have the gradients 1 to 6:", str(b.grad.data).replace("\n", ""))

x = Variable(np.array([1.0, 2.0, 3.0]))
y = F.sum(x) ** 2
y.backward(create_graph=True)
gx = x.grad
x.cleargrad()
(gx * np.array([1.0, 0.0, 0.0])).backward()
print("one row of the second derivatives of sum(x) ** 2:", x.grad)
