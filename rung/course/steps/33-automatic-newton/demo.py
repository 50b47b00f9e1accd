import numpy as np
from myrung import Variable, exp
from myrung.descent import newton, newton_by_hand
from myrung.landscapes import goldstein_price


def f(x):
    return x**4 - 2 * x**2


own = newton(f, Variable(np.array(2.0)), 7)
hand = newton_by_hand(f, lambda x: 12 * x**2 - 4, Variable(np.array(2.0)), 7)
print("step   both by backward     curvature by hand")
for i, (a, b) in enumerate(zip(own, hand, strict=True)):
    print(f"{i:4}   {a:.15f}    {b:.15f}")

print()
print("Goldstein-Price along the line y = x - 1, from 0.1:")
print(
    "  ",
    ", ".join(f"{place:.9f}" for place in newton(lambda x: goldstein_price(x, x - 1), Variable(np.array(0.1)), 5)),
)
print("a hanging chain, exp(x) + exp(-2 * x), from 2:")
print("  ", ", ".join(f"{place:.9f}" for place in newton(lambda x: exp(x) + exp(-2 * x), Variable(np.array(2.0)), 6)))
print(f"   the pencil says log(2) / 3 = {np.log(2) / 3:.9f}")
