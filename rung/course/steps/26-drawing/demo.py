import numpy as np
from myrung import Variable, get_dot_graph
from myrung.landscapes import goldstein_price

x = Variable(np.array(1.0), "x")
y = Variable(np.array(2.0), "y")
z = x * x + x * y
z.name = "z"
print(get_dot_graph(z, verbose=False))

z = goldstein_price(x, y)
text = get_dot_graph(z)
boxes = text.count('shape="box"')
print(f"goldstein_price: {boxes} functions, {text.count('orange')} variables, {text.count('->')} arrows")
