import myrung
import numpy as np
from myrung import DataLoader, Variable, accuracy, dropout, no_grad, relu, softmax_cross_entropy
from myrung.datasets import Digits
from myrung.layers import Linear
from myrung.optimizers import Adam
from myrung.transforms import Compose, as_float, flatten


class Net(myrung.Model):
    def __init__(self, ratio):
        super().__init__()
        self.ratio = ratio
        self.l1, self.l2 = Linear(200, dtype=float), Linear(200, dtype=float)
        self.l3 = Linear(10, dtype=float)

    def forward(self, x):
        x = dropout(relu(self.l1(x)), self.ratio)
        x = dropout(relu(self.l2(x)), self.ratio)
        return self.l3(x)


myrung.seed(0)
print("ten ones, three calls:")
for _ in range(3):
    print("  ", dropout(Variable(np.ones(10))).data)
with myrung.test_mode():
    print("in test mode:\n  ", dropout(Variable(np.ones(10))).data)

prepare = Compose(flatten, as_float)
digits = Digits(True, prepare)
few = [digits[i] for i in range(200)]
seen = next(iter(DataLoader(few, 200, shuffle=False)))
unseen = next(iter(DataLoader(Digits(False, prepare), 500, shuffle=False)))

print("\n200 digits, forty times over:   loss on those   on 500 unseen ones")
for ratio in 0.0, 0.5:
    myrung.seed(0)
    net = Net(ratio)
    optimizer = Adam(0.003).setup(net)
    for _ in range(40):
        for x, t in DataLoader(few, 50):
            loss = softmax_cross_entropy(net(x), t)
            net.cleargrads()
            loss.backward()
            optimizer.update()
    with myrung.test_mode(), no_grad():
        losses = [float(softmax_cross_entropy(net(x), t).data) for x, t in (seen, unseen)]
    print(f"  dropout {ratio}:                        {losses[0]:.3f}           {losses[1]:.2f}")

print("\nthe last network, asked about the unseen ones:")
x, t = unseen
with no_grad():
    with myrung.test_mode():
        print(f"  in test mode            {float(accuracy(net(x), t).data):.2f} right")
    print(f"  test mode forgotten     {float(accuracy(net(x), t).data):.2f} right")
    committee = sum(myrung.softmax(net(x)).data for _ in range(100))
    print(f"  a hundred of them vote  {float(accuracy(committee, t).data):.2f} right")
