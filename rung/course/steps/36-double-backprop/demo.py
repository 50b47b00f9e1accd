import numpy as np
from myrung import Variable, as_array, hvp
from myrung.descent import gradient_descent
from myrung.landscapes import rosenbrock


def gradient(x, y):
    for v in x, y:
        v.cleargrad()
    rosenbrock(x, y).backward()
    return np.array([x.grad.data, y.grad.data])


print("Newton's method in the valley of Rosenbrock")
x, y = Variable(np.array(0.0)), Variable(np.array(2.0))
for step in range(6):
    print(f"{step:4}   x {x.data:10.6f}   y {y.data:10.6f}   height {float(rosenbrock(x, y).data):.1e}")
    columns = [hvp(rosenbrock, [x, y], along) for along in ([1.0, 0.0], [0.0, 1.0])]
    hessian = np.array([[h.data for h in column] for column in columns])
    dx, dy = np.linalg.solve(hessian, gradient(x, y))
    x.data, y.data = as_array(x.data - dx), as_array(y.data - dy)

print()
print("a curve p x + q x³ that has to go through (1, 2) with the slope 5")


def unlike(p, q):
    """How far the curve is from what it should be: in height, and in slope."""
    x = Variable(np.array(1.0))
    y = p * x + q * x**3
    y.backward(create_graph=True)
    slope = x.grad
    for v in p, q:
        v.cleargrad()
    return (y - 2) ** 2 + (slope - 5) ** 2


p, q = Variable(np.array(0.0)), Variable(np.array(0.0))
for steps in 0, 1, 20, 400:
    gradient_descent(unlike, [p, q], rate=0.05, steps=steps)
    print(f"  after {steps:3} more steps   p {p.data:7.4f}   q {q.data:7.4f}   unlike {float(unlike(p, q).data):.1e}")
