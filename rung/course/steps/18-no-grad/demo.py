import tracemalloc

import numpy as np
from myrung import Variable, no_grad, square

MEGABYTE = 2**20


def peak(text, run):
    """How much memory a calculation needed at its highest, with its output and without its input."""
    x = Variable(np.full(MEGABYTE // 8, 1.0))
    tracemalloc.start()
    y = run(x)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{text:24} {highest / MEGABYTE:3.0f} MB, creator: {type(y.creator).__name__}")


def hundred_squares(x):
    for _ in range(100):
        x = square(x)
    return x


def without_notes(x):
    with no_grad():
        return hundred_squares(x)


peak("100 squares", hundred_squares)
peak("100 squares, no_grad", without_notes)

x = Variable(np.array(0.5))
a = square(x)
y = square(a)
y.backward()
print("gradients:", x.grad, a.grad, y.grad)
y.backward(retain_grad=True)
print("and with retain_grad:", x.grad, a.grad, y.grad)
