import numpy as np
from myrung import Variable, jacobian, reshape, transpose

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
print("x              ", x.data.tolist())
print("x.reshape(3, 2)", x.reshape(3, 2).data.tolist())
print("x.T            ", x.T.data.tolist())

print()
print("in memory, one after the other:")
for name, y in {"x": x, "x.reshape(3, 2)": x.reshape(3, 2), "x.T": x.T}.items():
    print(f"  {name:16} steps of {y.data.strides} bytes, x's own memory: {np.shares_memory(x.data, y.data)}")

print()
for f in reshape, transpose:
    settings = {reshape: ((3, 2),), transpose: ()}[f]
    table = jacobian(lambda x, f=f, settings=settings: f(x, *settings), x).reshape(6, 6)
    print(f"Jacobian of {f.__name__}:")
    print("\n".join("  " + " ".join("█" if place else "·" for place in row) for row in table))
