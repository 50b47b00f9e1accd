import numpy as np
from myrung import Variable, softmax, softmax_cross_entropy

x = Variable(np.array([10.0, 20.0, 30.0]))
y = x[[0, 0, 2]]
y.sum().backward()
print("x[[0, 0, 2]]        ", y, "  x.grad", x.grad)
print()

scores = np.array([2.0, 1.0, -1.0])
with np.errstate(over="ignore", invalid="ignore"):
    for shift in 0, 100, 1000:
        s = scores + shift
        print(f"scores {s!s:24} as written {np.round(np.exp(s) / np.exp(s).sum(), 3)!s:22}", end="")
        print("softmax", np.round(softmax(Variable(s)).data, 3))
print()

for p in 1.0, 0.9, 0.5, 1 / 3, 0.1, 0.01, 0.001:
    surprise = -np.log(p) + 0.0
    print(f"said {p:5.3f} of what came: surprise {surprise:4.2f} |" + "#" * round(6 * surprise))
print()

x, t = Variable(np.array([[2.0, 1.0, -1.0]])), np.array([1])
for _ in range(4):
    x.cleargrad()
    loss = softmax_cross_entropy(x, t)
    loss.backward()
    print("p", np.round(softmax(x).data[0], 3), "  gradient", np.round(x.grad.data[0], 3), f"  loss {loss.data:.3f}")
    x.data = x.data - 1.5 * x.grad.data
