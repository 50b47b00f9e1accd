import numpy as np
from myrung import Variable, cos, derivatives, sin


def picture(curves, width=61, height=13):
    """Curves of letters, on places from -4 to 4 and heights from -1 to 1."""
    rows = [[" "] * width for _ in range(height)]
    rows[height // 2] = ["-"] * width
    for letter, values in curves.items():
        for column, value in enumerate(values):
            rows[round((1 - value) / 2 * (height - 1))][column] = letter
    return "\n".join("  " + "".join(row).rstrip() for row in rows)


x = Variable(np.linspace(-4, 4, 61))
found = derivatives(sin, x, 3)
print(picture(dict(zip("0123", [y.data for y in found], strict=True))))
print()
print("sin and its derivatives at 1:")
print("  ", "  ".join(f"{float(y.data):8.5f}" for y in derivatives(sin, Variable(np.array(1.0)), 8)))
print("sin(x)**2 + cos(x)**2, and its derivatives at 1:")
values = derivatives(lambda x: sin(x) ** 2 + cos(x) ** 2, Variable(np.array(1.0)), 4)
print("  ", "  ".join(f"{float(y.data):8.5f}" for y in values))
