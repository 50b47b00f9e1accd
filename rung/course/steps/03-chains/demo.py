import numpy as np
from myrung import Exp, Square, Variable

x = Variable(np.array(0.5))
a = Square()(x)
b = Exp()(a)
y = Square()(b)
for name, variable in ("x", x), ("a", a), ("b", b), ("y", y):
    print(f"{name} = {variable.data:.6f}")

print()
print("exp, again and again, from 0.5:")
tower = Variable(np.array(0.5))
with np.errstate(over="ignore"):
    for floor in range(1, 6):
        tower = Exp()(tower)
        print(f"  {floor} times: {tower.data:.6g}")
