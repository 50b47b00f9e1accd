import inspect
from pathlib import Path

import numpy as np
import myrung
import myrung.functions as F
import myrung.layers as L
from myrung import Function, SeqDataLoader, Variable, no_grad, seed
from myrung.datasets import Dataset, SinCurve
from myrung.models import Model
from myrung.optimizers import Adam, Optimizer


def reaches(layer, steps):
    """How much of the last h's gradient arrives at the first of many inputs."""
    rng = np.random.default_rng(0)
    xs = [Variable(rng.standard_normal((1, 1))) for _ in range(steps)]
    for p in layer.params():
        p.data = p.data.astype(float)
    for x in xs:
        h = layer(x)
    h.sum().backward()
    return abs(xs[0].grad.data.item())


print("how strongly the last answer feels the first input, after so many steps")
for name, kind, keep in ("RNN", L.RNN, 0), ("LSTM, gates half open", L.LSTM, 0), ("LSTM, gate f open", L.LSTM, 3):
    found = []
    for steps in 10, 20, 40:
        seed(3)
        layer = kind(16, 1)
        if kind is L.LSTM:
            layer.x2h.b.data[:16] = keep
        found.append(f"{steps}: {reaches(layer, steps):.0e}")
    print(f"  {name:22}", "    ".join(found))


class Net(Model):
    def __init__(self):
        super().__init__()
        self.lstm, self.last = L.LSTM(16), L.Linear(1, dtype=float)

    def forward(self, x):
        return self.last(self.lstm(x))


points = SinCurve().data[::20].astype(float)
loader = SeqDataLoader(list(zip(points[:-1], points[1:], strict=True)), batch_size=4)
seed(1)
model = Net()
optimizer = Adam(0.03).setup(model)
for _ in range(30):
    model.lstm.reset_state()
    loss = 0
    for step, (x, t) in enumerate(loader, 1):
        loss = loss + F.mean_squared_error(model(x), t)
        if step % 6 == 0:
            model.cleargrads()
            loss.backward()
            loss.unchain_backward()
            optimizer.update()
            loss = 0

model.lstm.reset_state()
wave = []
with no_grad():
    for x in SinCurve(train=False).data[:260:20]:
        y = model(x[None].astype(float))
    for _ in range(64):
        wave.append(y.data.item())
        y = model(y)
print("\nyour LSTM goes on by itself:")
for level in np.arange(1.0, -1.01, -0.25):
    print("  ", "".join("o" if abs(value - level) <= 0.125 else " " for value in wave).rstrip())


def classes(kind):
    found = {}
    for module in [
        m for m in vars(myrung).values() if inspect.ismodule(m) and m.__name__.startswith(myrung.__name__)
    ]:
        for name, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, kind) and value is not kind:
                found[name] = value
    return sorted(found)


texts = [file.read_text(encoding="utf-8").splitlines() for file in Path(myrung.__file__).parent.glob("*.py")]
print(f"\n{myrung.__name__}: {sum(map(len, texts)):,} lines in {len(texts)} files. What you have built:")
layers = [name for name in classes(L.Layer) if name not in ("Model", *classes(Model))]
for title, names in [
    ("functions", classes(Function)), ("layers", layers), ("networks", [n for n in classes(Model) if n != "Net"]),
    ("optimizers", classes(Optimizer)), ("data", classes(Dataset)),
]:  # fmt: skip
    line = f"  {title} ({len(names)}):"
    for name in names:
        if len(line) + len(name) > 100:
            print(line)
            line = "   "
        line += f" {name}"
    print(line)
