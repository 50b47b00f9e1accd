import numpy as np
from myrung import Variable, exp, get_dot_graph


def ladder(f, place, order):
    """f and its derivatives at a place, with the number of functions in the graph of each."""
    x = Variable(np.array(place), "x")
    y = f(x)
    for n in range(order + 1):
        size = get_dot_graph(y).count("lightblue")
        print(f"  {n}   {float(y.data):12.6f}   {size:5} functions")
        y.backward(create_graph=True)
        y = x.grad
        x.cleargrad()


print("x ** 4 - 2 * x ** 2 at 2")
ladder(lambda x: x**4 - 2 * x**2, 2.0, 4)
print("exp(x) at 1")
ladder(exp, 1.0, 4)
print("x / (1 + x) at 1")
ladder(lambda x: x / (1 + x), 1.0, 4)
