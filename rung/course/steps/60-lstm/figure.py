import json

import myrung.functions as F
import myrung.layers as L
from myrung import SeqDataLoader, no_grad, seed
from myrung.datasets import SinCurve
from myrung.models import Model
from myrung.optimizers import Adam


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
heard = SinCurve(train=False).data[:260:20]
wave = []
with no_grad():
    for x in heard:
        y = model(x[None].astype(float))
    for _ in range(120):
        wave.append(round(y.data.item(), 4))
        y = model(y)
began = [round(float(x[0]), 4) for x in heard]
print(json.dumps({
    "title": "A wave that goes on by itself",
    "about": f"{len(began)} values were given; the rest the LSTM made up, each from the one before.",
    "kind": "curves",
    "wide": True,
    "x": list(range(len(began) + len(wave))),
    "curves": {"given": began, "its own": [None] * (len(began) - 1) + [began[-1], *wave]},
}))  # fmt: skip
