import os
import tempfile

import myrung
import numpy as np
from myrung import DataLoader, accuracy, no_grad, relu, softmax_cross_entropy
from myrung.datasets import Digits
from myrung.layers import Linear
from myrung.optimizers import Adam
from myrung.transforms import Compose, as_float, flatten


class Net(myrung.Model):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = Linear(60), Linear(10)

    def forward(self, x):
        return self.l2(relu(self.l1(x)))


prepare = Compose(flatten, as_float)
train, test = Digits(True, prepare), Digits(False, prepare)
unseen, right = next(iter(DataLoader(test, 500, shuffle=False)))


def share_right(net):
    with no_grad():
        return float(accuracy(net(unseen), right).data)


def train_for(net, epochs):
    optimizer = Adam(0.003).setup(net)
    for _ in range(epochs):
        for x, t in DataLoader(train, 100):
            loss = softmax_cross_entropy(net(x), t)
            net.cleargrads()
            loss.backward()
            optimizer.update()


myrung.seed(0)
folder = tempfile.mkdtemp()
path = os.path.join(folder, "digits.npz")
net = Net()
train_for(net, 5)
net.save_weights(path)
print("what is in the file:")
with np.load(path) as file:
    for name in sorted(file):
        print(f"  {name:5} {file[name].shape!s:10} {file[name].dtype}")

again = Net()
again.load_weights(path)
print(
    "a model that has never trained answers as the trained one:", np.array_equal(again(unseen).data, net(unseen).data)
)
print("and it has learned something:", share_right(again) > 0.8)


class Sideways(myrung.Model):
    """The two layers exchanged."""

    def __init__(self):
        super().__init__()
        self.l1, self.l2 = Linear(10, in_size=144), Linear(60, in_size=10)


print("\na model of another shape:")
try:
    Sideways().load_weights(path)
except ValueError as error:
    print("  ValueError:", error)

print("\nthe disk is full in the middle of the next save:")
savez = np.savez


def fills_the_disk(file, **arrays):
    savez(file, **dict(list(arrays.items())[:2]))
    raise OSError("no space left on the disk")


train_for(net, 1)
np.savez = fills_the_disk
try:
    net.save_weights(path)
except OSError as error:
    print("  OSError:", error)
finally:
    np.savez = savez
print("  in the folder:", ", ".join(sorted(os.listdir(folder))))
last = Net()
last.load_weights(path)
print("  digits.npz is still the one of before:", np.array_equal(last(unseen).data, again(unseen).data))
