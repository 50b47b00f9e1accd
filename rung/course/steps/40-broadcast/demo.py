import numpy as np
from myrung import Variable, broadcast_to, sum_to

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
for shape in (2, 3), (3,), (2, 1), ():
    b = Variable(np.ones(shape))
    x.cleargrad()
    (x * b).backward()
    print(f"b of shape {shape!s:6}  b.grad {b.grad.data.tolist()}")

print()
print("A column plus a row is a table, and both get theirs back:")
column, row = Variable(np.array([[10.0], [20.0]])), Variable(np.array([1.0, 2.0, 3.0]))
y = column + row
y.backward()
print(y.data.tolist(), column.grad.data.tolist(), row.grad.data.tolist())

print()
print("spread, then multiply        multiply with what was collected")
rng = np.random.default_rng(1)
full = rng.standard_normal((4, 5))
for shape in (5,), (4, 1), (1, 1):
    small = rng.standard_normal(shape)
    left = (broadcast_to(Variable(small), full.shape).data * full).sum()
    right = (small * sum_to(Variable(full), shape).data).sum()
    print(f"{left:.12f}  =  {right:.12f}".center(58).rstrip())
