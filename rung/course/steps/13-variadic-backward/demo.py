import numpy as np
from myrung import Variable, add, square

x, y = Variable(np.array(3.0)), Variable(np.array(4.0))
z = add(square(x), square(y))
z.backward()
print(f"z = x² + y² = {z.data}")
print(f"dz/dx = {x.grad},  dz/dy = {y.grad}")

print()
print("The same on a map: z as a digit 0-9, and which way is downhill.")
for v in range(2, -3, -1):
    line = ""
    for u in range(-3, 4):
        x, y = Variable(np.array(float(u))), Variable(np.array(float(v)))
        z = add(square(x), square(y))
        z.backward()
        steps = ("→" if x.grad < 0 else "←" if x.grad > 0 else "") + (
            "↑" if y.grad < 0 else "↓" if y.grad > 0 else ""
        )
        line += f"{min(int(z.data), 9)}{steps:3}"
    print("  " + line.rstrip())
