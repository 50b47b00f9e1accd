import numpy as np
from myrung import Square, Variable, numerical_diff


def fourth_power(x):
    return Square()(Square()(x))


x = Variable(np.array(1.0))
print("x ** 4 at x = 1 has the slope 4. How far off is a measured one?")
print()
print("  eps      one side   both sides")
for digits in range(1, 14):
    eps = float(f"1e-{digits}")
    one_side = (fourth_power(Variable(x.data + eps)).data - fourth_power(x).data) / eps
    both_sides = numerical_diff(fourth_power, x, eps)
    print(f"  1e-{digits:02}    {abs(one_side - 4):.0e}      {abs(both_sides - 4):.0e}")
