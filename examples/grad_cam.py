"""Grad-CAM: where a network looks when it says which digit it sees.

The gradient of a class's score by the last feature maps, averaged over the image, says how much each map speaks for
the class; their weighted sum is a picture of the places that did. Source: Selvaraju et al., ICCV 2017.
"""

import numpy as np
from common import at_least, run

import rung
import rung.functions as F
import rung.layers as L
from rung import Variable
from rung.datasets import Digits
from rung.optimizers import Adam
from rung.visualize.sheet import GREY, MARGIN, Sheet

AIMS = {"test accuracy": at_least(0.97), "share of the heat on ink and beside it": at_least(0.6)}


class Reader(rung.Model):
    """Convolutions that keep the size of the image, so that the maps have a value for each pixel."""

    def __init__(self):
        self.body = L.Sequential(
            L.Conv2d(16, 3, pad=1), L.BatchNorm(), F.relu, L.Conv2d(32, 3, pad=1), L.BatchNorm(), F.relu
        )
        self.head = L.Sequential(L.MaxPool2d(2), L.Flatten(), L.Dropout(0.3), L.Linear(10))

    def forward(self, x):
        return self.head(self.body(x))


def learn(model, train, epochs):
    optimizer = Adam(0.003).setup(model)
    for _ in range(epochs):
        for x, t in rung.DataLoader(train, batch_size=32):
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()


def heat(model, x, label):
    """How much each place speaks for a class, from 0 to 1."""
    with rung.test_mode():
        with rung.no_grad():
            maps = model.body(x[None])
        maps = Variable(maps.data)
        score = model.head(maps)[0, label]
        score.backward()
    weights = maps.grad.data.mean((0, 2, 3))
    seen = np.maximum(np.tensordot(weights, maps.data[0], 1), 0)
    return seen / max(seen.max(), 1e-8)


def near_ink(image):
    """The pixels with ink, and those beside them."""
    padded = np.pad(image > 0.2, 1)
    h, w = image.shape
    return np.max([padded[i : i + h, j : j + w] for i in range(3) for j in range(3)], axis=0)


def draw(model, test, path):
    sheet = Sheet(9.0, 3.9)
    sheet.head(
        "Where a network looks", "Grad-CAM", "above: what it sees; below: the places that speak for its answer"
    )
    with rung.test_mode(), rung.no_grad():
        predicted = model(test.data).data.argmax(1)
    for i, digit in enumerate(range(10)):
        k = int(np.flatnonzero(test.label == digit)[1])
        left = MARGIN + i * 0.83
        for row, (image, colours) in enumerate(
            [(test.data[k, 0], "Greys"), (heat(model, test.data[k], predicted[k]), "inferno")]
        ):
            axes = sheet.panel(left, 1.15 + row * 1.0, 0.75, 0.75)
            axes.imshow(test.data[k, 0], cmap="Greys", interpolation="nearest")
            axes.imshow(
                image,
                cmap=colours,
                interpolation="nearest" if row == 0 else "bilinear",
                alpha=1 if row == 0 else 0.75,
            )
        sheet.write(left + 0.37, 3.25, f"{predicted[k]}", 11, ha="center", weight="bold")
    sheet.write(
        MARGIN, 3.6, "The digits below are the network's answers; bright places made it give them.", 8.5, GREY
    )
    sheet.save(path)


def main(options):
    train, test = Digits(train=True), Digits(train=False)
    model = Reader()
    learn(model, train, 1 if options.quick else 15)
    draw(model, test, options.out / "grad_cam.png")
    with rung.test_mode(), rung.no_grad():
        accuracy = F.accuracy(model(test.data), test.label).item()
    shares = []
    for x, t in zip(test.data[:100], test.label[:100], strict=True):
        warm = heat(model, x, int(t))
        shares.append(warm[near_ink(x[0])].sum() / max(warm.sum(), 1e-8))
    return {"test accuracy": accuracy, "share of the heat on ink and beside it": float(np.mean(shares))}


if __name__ == "__main__":
    run(main, AIMS, __doc__)
