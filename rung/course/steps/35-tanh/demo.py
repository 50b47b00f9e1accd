import numpy as np
from myrung import Variable, derivatives, tanh


def sizes(y):
    """How many functions y was computed by, and of which kinds."""
    found, waiting = set(), [y.creator]
    while waiting:
        f = waiting.pop()
        if f is not None and f not in found:
            found.add(f)
            waiting += [x.creator for x in f.inputs]
    return len(found)


def picture(values, width=61, height=11):
    """One curve, scaled to its greatest height."""
    rows, top = [[" "] * width for _ in range(height)], np.abs(values).max()
    rows[height // 2] = ["·"] * width
    for column, value in enumerate(values):
        rows[round((1 - value / top) / 2 * (height - 1))][column] = "o"
    return "\n".join("  " + "".join(row).rstrip() for row in rows)


x = Variable(np.linspace(-3, 3, 61))
found = derivatives(tanh, x, 6)
for order in 0, 1, 2, 3, 6:
    top = np.abs(found[order].data).max()
    print(f"{'tanh' if order == 0 else f'derivative {order}'}, up to {top:.2f}")
    print(picture(found[order].data))

print("order   value at 1            functions")
for order, y in enumerate(derivatives(tanh, Variable(np.array(1.0)), 7)):
    print(f"{order:5}   {float(y.data):17.10f}   {sizes(y):9,}")
