import numpy as np
from myrung import Variable, derivatives, tanh


def curve(values, height=9):
    """One curve, from its lowest place to its highest, and a line at nought."""
    low, high = min(values.min(), 0), max(values.max(), 0)
    rows = [round(row) for row in (high - values) / (high - low) * (height - 1)]
    picture = [[" "] * len(rows) for _ in range(height)]
    picture[round(high / (high - low) * (height - 1))] = ["·"] * len(rows)
    for column, (here, there) in enumerate(zip(rows, rows[1:] + rows[-1:], strict=True)):
        for row in range(min(here, there + 1), max(here, there - 1) + 1):
            picture[row][column] = "o"
    return "\n".join("  " + "".join(row).rstrip() for row in picture)


def functions(y):
    """The functions that y was computed by."""
    found, waiting = {}, [y.creator]
    while waiting:
        f = waiting.pop()
        if f is not None and f not in found:
            found[f] = True
            waiting += [x.creator for x in f.inputs]
    return found


def tree(y):
    """The graph of y, seen from afar: a row for each generation, the oldest at the foot, a sign for each function."""
    ages = [f.generation for f in functions(y)]
    return ["^" * ages.count(age) for age in range(max(ages), -1, -1)]


found = derivatives(tanh, Variable(np.linspace(-3, 3, 61)), 6)
for order in 0, 1, 2, 3, 6:
    values = found[order].data
    print(f"{f'derivative {order}' if order else 'tanh'}, from {values.min():.2f} to {values.max():.2f}")
    print(curve(values))

found = derivatives(tanh, Variable(np.array(1.0)), 7)
print("\norder   value at 1            functions")
for order, y in enumerate(found):
    print(f"{order:5}   {float(y.data):17.10f}   {len(functions(y)):9,}")

trees = [tree(y) for y in found[:6]]
tallest, widths = max(map(len, trees)), [max(map(len, rows)) + 3 for rows in trees]
print("\nthe graphs, a sign for each function:")
for rows in zip(*[[""] * (tallest - len(rows)) + rows for rows in trees], strict=True):
    print("".join(row.center(width) for row, width in zip(rows, widths, strict=True)).rstrip())
print("─" * sum(widths))
print("".join(str(order).center(width) for order, width in enumerate(widths)).rstrip())
