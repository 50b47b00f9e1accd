"""A convolutional network reads handwriting: MNIST's 10,000 test images where RUNG_DATA has them, else small digits.

Of MNIST, 8,000 images are learnt and 2,000 tell how well; of scikit-learn's 1,797 digits of 8 by 8 pixels, a fifth.
"""

import numpy as np
from common import at_least, run

import rung
import rung.functions as F
from rung import files
from rung.datasets import Digits, MNIST10k
from rung.models import ConvNet
from rung.optimizers import Adam
from rung.schedules import one_cycle
from rung.visualize import draw_mistakes

AIMS = {"test accuracy": at_least(0.98)}


def data():
    """The larger handwriting if it is there, else the smaller, and the widths and epochs that suit it."""
    if files.find("mnist/t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz") is not None:
        return MNIST10k(train=True), MNIST10k(train=False), (16, 32, 64), 8
    return Digits(train=True), Digits(train=False), (16, 32), 25


def main(options):
    train, test, widths, epochs = data()
    model = ConvNet(10, widths, dropout=0.3)
    steps = 20 if options.quick else epochs * (len(train) // 64)
    optimizer = Adam(one_cycle(0.01, steps=steps)).setup(model)
    loader = rung.DataLoader(train, batch_size=64, drop_last=True)
    while optimizer.t < steps:
        for x, t in loader:
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            if optimizer.t == steps:
                break
        print(f"  step {optimizer.t} of {steps}: loss {loss.item():.3f}", flush=True)
    with rung.test_mode(), rung.no_grad():
        outputs = [F.softmax(model(x)).data for x, _ in rung.DataLoader(test, 200, shuffle=False)]
    probabilities = np.concatenate(outputs)
    predicted = probabilities.argmax(1)
    draw_mistakes(test.data, test.label, predicted, probabilities.max(1), test.classes, options.out / "mistakes.png")
    return {"test accuracy": float((predicted == test.label).mean())}


if __name__ == "__main__":
    run(main, AIMS, __doc__)
