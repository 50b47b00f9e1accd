import numpy as np
from myrung import Variable, sum_to

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "x")
b = Variable(np.array([10.0, 20.0, 30.0]), "b")
c = Variable(np.array([[100.0], [200.0]]), "c")
s = Variable(np.array(0.5), "s")
y = s * (x + b) + c
print("s * (x + b) + c:")
print(y)
(y * np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).backward()
print("with the gradients [[1 2 3] [4 5 6]] at y:")
for v in x, b, c, s:
    print(f"  {v.name}  {v.shape!s:7} gradient", str(v.grad.data).replace("\n", ""))

for shape in (1, 3), (2, 1), (3,), (1,), ():
    print(f"sum_to(x, {shape})".ljust(20), str(sum_to(x, shape).data).replace("\n", ""))
