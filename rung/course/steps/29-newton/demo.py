import numpy as np
from myrung import Variable
from myrung.descent import gradient_descent, newton_by_hand


def f(x):
    return x**4 - 2 * x**2


x = Variable(np.array(2.0))
places = newton_by_hand(f, lambda x: 12 * x**2 - 4, x, 8)

walker, walked = Variable(np.array(2.0)), [2.0]
for _ in range(150):
    gradient_descent(f, [walker], 0.01, 1)
    walked.append(float(walker.data))

print("step   Newton               distance     downhill, rate 0.01")
for i in range(8):
    print(f"{i:4}   {places[i]:.15f}    {abs(places[i] - 1):7.0e}     {walked[i]:.15f}")
print(f" ...                                      {walked[-1]:.15f}  after 150")
print()
for start in 0.5, 0.1:
    places = newton_by_hand(f, lambda x: 12 * x**2 - 4, Variable(np.array(start)), 8)
    print(f"from {start}: {places[1]:.3f}, {places[2]:.3f}, {places[3]:.3f}, … {places[-1]:.6f}")
