"""In the form of the book's steps 42 to 60: layers, optimizers, data, images, sequences; seeded by np.random."""

import dezero
import dezero.functions as F
import dezero.layers as L
import numpy as np
from dezero import DataLoader, Model, SeqDataLoader, optimizers
from dezero.models import MLP

np.random.seed(0)
x = np.random.rand(100, 1)
y = np.sin(2 * np.pi * x) + np.random.rand(100, 1)


class TwoLayerNet(Model):
    def __init__(self, hidden_size, out_size):
        super().__init__()
        self.l1 = L.Linear(hidden_size)
        self.l2 = L.Linear(out_size)

    def forward(self, x):
        return self.l2(F.sigmoid(self.l1(x)))


choices = (optimizers.SGD(0.2), optimizers.MomentumSGD(0.1), optimizers.AdaGrad(0.1), optimizers.AdaDelta(),
           optimizers.Adam(0.01))  # fmt: skip
for optimizer in choices:
    np.random.seed(0)
    model = TwoLayerNet(10, 1)
    optimizer.setup(model)
    optimizer.add_hook(optimizers.WeightDecay(1e-4))
    optimizer.add_hook(optimizers.ClipGrad(1.0))
    for _ in range(50):
        loss = F.mean_squared_error(model(x), y)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    print(type(optimizer).__name__, "%.4f" % float(loss.data))

train_set = dezero.datasets.Spiral(train=True)
print(train_set[0][0], int(train_set[0][1]), len(train_set))
np.random.seed(1)
model = MLP((10, 3))
optimizer = optimizers.SGD(1.0).setup(model)
loader = DataLoader(train_set, 30)
for epoch in range(5):
    sum_loss = sum_acc = 0
    for x, t in loader:
        y = model(x)
        loss = F.softmax_cross_entropy(y, t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        sum_loss += float(loss.data) * len(t)
        sum_acc += float(F.accuracy(y, t).data) * len(t)
    print("%.4f %.4f" % (sum_loss / len(train_set), sum_acc / len(train_set)))

np.random.seed(3)
print(F.dropout(np.ones(5)))
with dezero.test_mode():
    print(F.dropout(np.ones(5)))

x = dezero.Variable(np.random.randn(1, 5, 15, 15))
W = np.random.randn(8, 5, 3, 3)
y = F.conv2d_simple(x, W, b=None, stride=1, pad=1)
y.backward()
print(y.shape, "%.6f" % x.grad.data.sum())
x.cleargrad()
F.conv2d(x, W, b=None, stride=1, pad=1).backward()
print("%.6f" % x.grad.data.sum())


class Recurrent(Model):
    def __init__(self, step, hidden_size):
        super().__init__()
        self.rnn = step(hidden_size)
        self.fc = L.Linear(1)

    def reset_state(self):
        self.rnn.reset_state()

    def forward(self, x):
        return self.fc(self.rnn(x))


for step in (L.RNN, L.LSTM):
    np.random.seed(0)
    series = dezero.datasets.SinCurve(train=True)
    model = Recurrent(step, 20)
    optimizer = optimizers.Adam().setup(model)
    loader, seqlen = SeqDataLoader(series, batch_size=30), len(series)
    for epoch in range(2):
        model.reset_state()
        loss, count = 0, 0
        for x, t in loader:
            loss += F.mean_squared_error(model(x), t)
            count += 1
            if count % 30 == 0 or count == seqlen:
                model.cleargrads()
                loss.backward()
                loss.unchain_backward()
                optimizer.update()
        print("%.4f" % (float(loss.data) / count))
