"""What the examples that make handwritten digits share: batches, a judge of what was made, and pictures of many."""

import numpy as np

import rung.functions as F
from rung import no_grad, test_mode
from rung.datasets import Digits
from rung.models import ConvNet
from rung.optimizers import AdamW
from rung.schedules import one_cycle
from rung.visualize.sheet import MARGIN, Sheet

CONFIDENT = 0.9
NONE = 10  # the class of what is no digit
LEAST_SHARE = 0.02  # of the digits that are named, for a class to count as there: a fifth of an even share


def batches(data, steps, size, seed):
    """Batches of examples, epoch after epoch in an order of its own; what does not fill a batch is left out."""
    rng = np.random.default_rng(seed)
    per_epoch = len(data) // size
    for step in range(steps):
        if step % per_epoch == 0:
            order = rng.permutation(len(data))
        yield order[step % per_epoch * size :][:size]


class Judge:
    """A classifier that says which digits are in images, and how surely.

    It is trained on real digits, and on images that are none, as an eleventh class: without them it names noise, too,
    with confidence.
    """

    def __init__(self, seed=0, quick=False):
        digits, steps = Digits(), 10 if quick else 300
        rng = np.random.default_rng(seed)
        self.net = ConvNet(11, widths=(16, 32))
        optimizer = AdamW(one_cycle(0.01, steps)).setup(self.net)
        for chosen in batches(digits, steps, 64, seed):
            x, t = digits[chosen]
            wrong = no_digits(x, t, rng)
            x, t = np.concatenate([x, wrong]), np.concatenate([t, np.full(len(wrong), NONE)])
            loss = F.softmax_cross_entropy(self.net(x), t)
            self.net.cleargrads()
            loss.backward()
            optimizer.update()

    def __call__(self, images):
        """The likeliest digit in each image, and its probability."""
        with no_grad(), test_mode():
            p = F.softmax(self.net(images)).data[:, :NONE]
        return p.argmax(axis=1), p.max(axis=1)

    def figures(self, images):
        """The share of images that are named with confidence, and how many classes are among those."""
        labels, confidence = self(images)
        named = labels[confidence > CONFIDENT]
        shares = np.bincount(named, minlength=10) / max(len(named), 1)
        return {"named with confidence": len(named) / len(labels), "classes": int((shares >= LEAST_SHARE).sum())}

    def accuracy(self):
        """On the test set, whose digits it has not seen."""
        x, t = Digits(train=False)[:]
        return float((self(x)[0] == t).mean())


def no_digits(x, t, rng):
    """Images that are none: pixels of digits in any order, noise, and mixtures of two different digits."""
    part = len(x) // 4
    flat = x[:part].reshape(part, -1)
    shuffled = rng.permuted(flat, axis=1).reshape(x[:part].shape)
    noise = rng.random(x[:part].shape, dtype=x.dtype) * rng.random((part, 1, 1, 1), dtype=x.dtype)
    others = rng.permutation(len(x))
    apart = np.flatnonzero(t != t[others])[:part]
    return np.concatenate([shuffled, noise, (x[apart] + x[others[apart]]) / 2])


def picture(title, fact, note, rows, path, names=(), tile=0.52, gap=0.06):
    """Draw rows of images (…, 1, H, W), each with its name at the left."""
    left = MARGIN + (1.15 if names else 0)
    sheet = Sheet(left + max(map(len, rows)) * (tile + gap) + MARGIN, 1.0 + len(rows) * (tile + gap) + MARGIN)
    sheet.head(title, fact, note)
    for i, row in enumerate(rows):
        top = 1.0 + i * (tile + gap)
        if names:
            sheet.write(MARGIN, top + tile / 2, names[i], va="center")
        for j, image in enumerate(row):
            axes = sheet.panel(left + j * (tile + gap), top, tile, tile)
            axes.imshow(np.clip(image[0], 0, 1), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    sheet.save(path)
