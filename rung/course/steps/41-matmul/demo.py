import numpy as np
from myrung import Variable

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
W = Variable(np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]]))
y = x @ W
y.backward()
print("x @ W =", y.data.tolist())
print("x.grad", x.grad.data.tolist())
print("W.grad", W.grad.data.tolist())

print()
print("three functions of 500 x 500, then a single column of 500:")
rng = np.random.default_rng(0)
A, B, C = (rng.standard_normal((500, 500)) for _ in range(3))
v = rng.standard_normal((500, 1))
forward = 500**3 * 2 + 500**2
backward = 500**2 * 3
print("  from the left, A @ B first:", f"{forward:>11,} multiplications")
print("  from the right, C @ v first:", f"{backward:>10,}")
print("  the same result:", np.allclose(((A @ B) @ C) @ v, A @ (B @ (C @ v))))
