import myrung
import numpy as np
from myrung import DataLoader, accuracy, get_conv_outsize, no_grad, relu, softmax_cross_entropy
from myrung.datasets import Digits
from myrung.layers import Linear
from myrung.optimizers import Adam
from myrung.transforms import as_float


class Net(myrung.Model):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = Linear(60), Linear(10)

    def forward(self, x):
        return self.l2(relu(self.l1(x.reshape(len(x), -1))))


def show(*pictures):
    for rows in zip(*pictures, strict=True):
        print("   ".join("".join(" .:+#"[min(int(abs(p) * 5), 4)] * 2 for p in row) for row in rows).rstrip())


order = np.random.default_rng(1).permutation(144)


def scrambled(x):
    return x.reshape(*x.shape[:-3], 144)[..., order].reshape(x.shape)


def share_right(net, x, t):
    with no_grad():
        return float(accuracy(net(x), t).data)


train, test = Digits(True, as_float), Digits(False, as_float)
unseen, right = next(iter(DataLoader(test, 500, shuffle=False)))
print("a picture, and the same with its points exchanged:")
show(unseen[2, 0], scrambled(unseen[2])[0])

nets = {}
for name, change in ("as they are", lambda x: x), ("scrambled", scrambled):
    myrung.seed(0)
    nets[name] = net = Net()
    optimizer = Adam(0.003).setup(net)
    for _ in range(6):
        for x, t in DataLoader(train, 100):
            loss = softmax_cross_entropy(net(change(x)), t)
            net.cleargrads()
            loss.backward()
            optimizer.update()
    print(f"trained on pictures {name:12} {share_right(net, change(unseen), right):.2f} of unseen ones right")
for shift in 1, 2, 3:
    moved = np.roll(unseen, shift, axis=3)
    share = share_right(nets["as they are"], moved, right)
    print(f"the first network, unseen pictures moved to the right by {shift}: {share:.2f}")


def slide(x, w):
    """Lay a small table of weights on each place of a picture, and add up what it finds."""
    rows, columns = (get_conv_outsize(n, k, 1, 1) for n, k in zip(x.shape, w.shape, strict=True))
    x = np.pad(x, 1)
    return np.array([[(x[j : j + 3, i : i + 3] * w).sum() for i in range(columns)] for j in range(rows)])


upright = np.array([[1.0, 0.0, -1.0]] * 3) / 3
print("\na picture, what the upright edges are in it, and what the level ones:")
picture = unseen[2, 0]
show(picture, slide(picture, upright), slide(picture, upright.T))
first, then = np.roll(slide(picture, upright), 1, axis=1), slide(np.roll(picture, 1, axis=1), upright)
print("moving first, or looking first: the same inside of the border:", np.allclose(first[:, 2:-1], then[:, 2:-1]))
