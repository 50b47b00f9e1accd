import numpy as np
from myrung import Variable

a = Variable(np.array(3.0))
b = Variable(np.array(2.0))
c = Variable(np.array(1.0))
y = a * b + c
y.backward()
print("y = a * b + c =", y)
print("slopes:", a.grad, b.grad, c.grad)

print()
print("a straight line that learns: y = w * x + v, towards 2 x + 1")
x = Variable(np.array([-1.0, 0.0, 1.0, 2.0]))
minus_target = Variable(np.array([1.0, -1.0, -3.0, -5.0]))
w, v = Variable(np.zeros(4)), Variable(np.zeros(4))
for step in range(31):
    error = w * x + v + minus_target
    loss = error * error
    w.cleargrad()
    v.cleargrad()
    loss.backward()
    if step in (0, 1, 3, 10, 30):
        print(f"  step {step:2}: w = {w.data.mean():.3f}  v = {v.data.mean():.3f}  loss = {loss.data.sum():.4f}")
    w.data = w.data - 0.05 * w.grad.sum()
    v.data = v.data - 0.05 * v.grad.sum()
