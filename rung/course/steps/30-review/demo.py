import numpy as np
from myrung import Variable

x = Variable(np.array(3.0), "x")
y = x * x + 2 / x

found, waiting = [], [y.creator]
while waiting:
    f = waiting.pop()
    if f is not None and f not in found:
        found.append(f)
        waiting += [x.creator for x in f.inputs]

y.backward(retain_grad=True)
print("generation  function  arrives   inputs        hands on")
for f in sorted(found, key=lambda f: -f.generation):
    gy = f.outputs[0]().grad
    inputs = ", ".join(f"{v.data:g}" for v in f.inputs)
    gxs = f.backward(gy)
    print(f"{f.generation:10}  {type(f).__name__:8}  {gy:7g}   {inputs:12}  {', '.join(f'{g:.3g}' for g in gxs)}")
print(f"x.grad: 3 + 3 - 0.222 = {x.grad:.3f}")
