import numpy as np
from myrung import Variable
from myrung.landscapes import goldstein_price, himmelblau, matyas, sphere

print("slopes at (1, 1):")
for f in sphere, matyas, himmelblau, goldstein_price:
    x, y = Variable(np.array(1.0)), Variable(np.array(1.0))
    z = f(x, y)
    z.backward()
    print(f"  {f.__name__:16} z = {z.data:7.2f}   slopes {x.grad:8.2f} {y.grad:8.2f}")


def downhill(f, x, y, rate, steps):
    """Many small steps against the slope; returns the places that were passed."""
    x, y = Variable(np.array(x)), Variable(np.array(y))
    path = [(float(x.data), float(y.data))]
    for _ in range(steps):
        x.cleargrad()
        y.cleargrad()
        f(x, y).backward()
        x.data = x.data - rate * x.grad
        y.data = y.data - rate * y.grad
        path.append((float(x.data), float(y.data)))
    return path


print()
print("Himmelblau: four walks downhill, a and b, c and d begin side by side.")
us, vs = np.linspace(-5, 5, 61), np.linspace(5, -5, 25)
heights = himmelblau(*np.meshgrid(us, vs))
shades = np.digitize(heights, [4, 15, 40, 80, 130, 200])
picture = [[" .:-=+#"[shade] for shade in row] for row in shades]
for letter, (x, y) in {"a": (-0.4, 0.0), "b": (-0.2, 0.0), "c": (-0.4, -1.2), "d": (-0.2, -1.2)}.items():
    path = downhill(himmelblau, x, y, 0.004, 300)
    for u, v in path:
        if abs(u) <= 5 and abs(v) <= 5:
            picture[round((5 - v) * 2.4)][round((u + 5) * 6)] = letter
    print(f"  {letter} from ({x}, {y}) to ({path[-1][0]:.3f}, {path[-1][1]:.3f})")
print("\n".join("  " + "".join(row) for row in picture))
