import math

import numpy as np
from myrung import Variable, get_dot_graph, sin
from myrung.series import sin_series

x = Variable(np.array(np.pi / 4))
y = sin(x)
y.backward()
print(f"sin at pi/4: {y.data:.15f}   slope {x.grad:.15f}")
print()
print("threshold     value              slope              functions")
for threshold in 1e-1, 1e-4, 1e-8, 1e-16:
    x = Variable(np.array(np.pi / 4))
    y = sin_series(x, threshold)
    y.backward()
    count = get_dot_graph(y).count("lightblue")
    print(f"{threshold:7.0e}   {y.data:.15f}  {x.grad:.15f}  {count:6}")
print()
x = Variable(np.array(30.0))
y = sin_series(x, 1e-16)
print(f"at 30: the series says {y.data:.6f}, the truth is {math.sin(30):.6f}")
