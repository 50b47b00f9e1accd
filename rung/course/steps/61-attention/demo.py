import numpy as np
from myrung import Variable, attention, seed
from myrung.layers import LSTM, SelfAttention

names = ["Ada", "Emmy", "Grace", "Sofia"]
k = 4 * np.eye(4)
v = np.array([[1815.0], [1882.0], [1906.0], [1850.0]])
print("a dictionary that can be differentiated:")
for said, q in ("Grace", k[2]), ("half Ada, half Emmy", (k[0] + k[1]) / 2), ("nobody", np.zeros(4)):
    print(f"  {said:20} → {attention(Variable(q[None]), Variable(k), Variable(v)).data.item():.1f}")

rng = np.random.default_rng(1)
q, k = [Variable(rng.standard_normal((5, 4))) for _ in range(2)]
print("\nwhat each of five takes from each, and with causal=True:")
free, causal = [attention(q, k, Variable(np.eye(5)), causal).data for causal in (False, True)]
for left, right in zip(free, causal, strict=True):
    print("  ", " ".join(f"{share:4.2f}" for share in left), "     ", " ".join(f"{share:4.2f}" for share in right))


def reaches(layer, steps):
    x = Variable(np.random.default_rng(0).standard_normal((1, steps, 16)))
    for p in layer.params():
        p.data = p.data.astype(float)
    if isinstance(layer, LSTM):
        for t in range(steps):
            y = layer(x[:, t])
    else:
        y = layer(x)[:, -1]
    y.sum().backward()
    return np.abs(x.grad.data[0, 0]).sum()


print("\nhow strongly the last answer feels the first input")
for kind, make in ("LSTM", lambda: LSTM(16, 16)), ("attention", lambda: SelfAttention(16, 2)):
    seed(0)
    layer = make()
    found = []
    for steps in 10, 40, 160:
        if kind == "LSTM":
            layer.reset_state()
        found.append(f"{steps}: {reaches(layer, steps):.0e}")
    print(f"  {kind:10}", "    ".join(found))

x = np.random.default_rng(2).standard_normal((1, 6, 16))
shuffled = x[:, [3, 1, 4, 0, 2, 5]]
same = np.allclose(layer(x).data[0, -1], layer(shuffled).data[0, -1])
print("\nthe last of six, when the five before it are shuffled:", "just the same" if same else "another answer")
