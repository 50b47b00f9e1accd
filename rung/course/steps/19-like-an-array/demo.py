import numpy as np
from myrung import Variable, exp, square

x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
print(x)
print("name", x.name, " shape", x.shape, " ndim", x.ndim, " size", x.size, " dtype", x.dtype, " len", len(x))

print()
y = exp(square(x))
y.backward()
print("after backward, everyone on the way can introduce themselves:")
v = y
while v is not None:
    kind = type(v.creator).__name__ if v.creator is not None else "a leaf"
    print(f"  generation {v.generation}: {kind:7} shape {v.shape}")
    v = v.creator.inputs[0] if v.creator is not None else None
