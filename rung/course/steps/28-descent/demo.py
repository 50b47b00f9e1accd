import numpy as np
from myrung import Variable
from myrung.descent import gradient_descent
from myrung.landscapes import rosenbrock

x, y = Variable(np.array(0.0)), Variable(np.array(2.0))
path, done = [(0.0, 2.0)], 0
print(" steps        x        y       height")
for goal in 1, 2, 10, 100, 1000, 10000, 50000:
    for chunk in [1] * min(goal - done, 100) + [max(goal - done - 100, 0)]:
        gradient_descent(rosenbrock, [x, y], rate=0.001, steps=chunk)
        path.append((float(x.data), float(y.data)))
    done = goal
    print(f"{goal:6} {x.data:8.4f} {y.data:8.4f} {rosenbrock(x.data, y.data):12.8f}")

print()
us, vs = np.linspace(-2, 2, 65), np.linspace(3, -1, 25)
heights = rosenbrock(*np.meshgrid(us, vs))
picture = [[" .:-=+#"[shade] for shade in row] for row in np.digitize(heights, [1, 6, 30, 120, 400, 1000])]
for u, v in path:
    picture[round((3 - v) * 6)][round((u + 2) * 16)] = "o"
picture[12][48] = "*"
print("\n".join("  " + "".join(row) for row in picture))
