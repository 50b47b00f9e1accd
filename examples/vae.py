"""A variational autoencoder of handwritten digits: an image becomes eight numbers, and eight numbers an image.

It is judged by its bound on the test set, in nats for each image: the fewer, the more it knows of what digits look
like. A pixel of these images says how many of 16 dots are ink, so it is binomially distributed. What knows the mean
of each pixel, and nothing else, is the one to beat. Source: Kingma & Welling, ICLR 2014.
"""

import math

import numpy as np
from common import at_least, at_most, run
from digits import Judge, batches, picture

import rung.functions as F
from rung import no_grad
from rung.datasets import Digits
from rung.models import VAE
from rung.optimizers import Adam
from rung.schedules import one_cycle

AIMS = {"bound on test images": at_most(105), "classes": at_least(10)}
DOTS = 16  # of a pixel of `Digits`


def train(model, x, steps, seed):
    optimizer = Adam(one_cycle(0.003, steps)).setup(model)
    for chosen in batches(x, steps, 64, seed):
        loss = model.loss(x[chosen])
        model.cleargrads()
        loss.backward()
        optimizer.update()


def bound(model, x, draws=10):
    """The two terms of the loss in nats, each the mean over several draws of latent vectors."""
    with no_grad():
        surprise, divergence = np.mean([[y.item() for y in model.loss_terms(x)] for _ in range(draws)], axis=0)
    return surprise - log_ways(x), divergence


def log_ways(x):
    """The logarithm of the number of ways to lay the dots of an image, which the loss leaves out."""
    of_a_pixel = np.log([math.comb(DOTS, ink) for ink in range(DOTS + 1)])
    return of_a_pixel[np.rint(DOTS * x).astype(int)].sum() / len(x)


def knows_means_only(train_x, x):
    """How many nats an image takes if each pixel is drawn alone, with the probability that is its mean."""
    logits = np.log(mean := train_x.mean(axis=0).clip(1e-4, 1 - 1e-4)) - np.log(1 - mean)
    return DOTS * F.sigmoid_cross_entropy(np.broadcast_to(logits, x.shape), x).item() - log_ways(x)


def interpolations(model, digits, pairs, steps=15):
    """Ways from one digit to another, each the one nearest to the mean of its class."""
    classes = [digits.data[digits.label == digit] for digit in range(10)]
    typical = [x[((x - x.mean(axis=0)) ** 2).sum(axis=(1, 2, 3)).argmin()] for x in classes]
    return [model.interpolate(typical[a], typical[b], steps).data for a, b in pairs]


def main(options):
    x, test = Digits().data, Digits(train=False)
    model = VAE(8, image_shape=(1, 8, 8), widths=(256, 128), trials=DOTS)
    train(model, x, 30 if options.quick else 2000, options.seed)
    entropy, divergence = bound(model, test.data)
    samples = model.sample(500).data
    found = Judge(options.seed, options.quick).figures(samples)
    picture("Digits through eight numbers", f"{entropy + divergence:.1f} nats an image",
            "test images above, and below each what the decoder makes of its eight numbers",
            [row for x in (test.data[:20], test.data[20:40]) for row in (x, model.reconstruct(x).data)],
            options.out / "reconstructions.png")  # fmt: skip
    picture("Digits from random numbers", f"{found['named with confidence']:.0%} are named with confidence",
            "what the decoder makes of eight random numbers; not chosen", samples[:100].reshape(5, 20, 1, 8, 8),
            options.out / "samples.png")  # fmt: skip
    pairs = [(0, 6), (1, 7), (3, 8), (4, 9), (2, 5)]
    picture("From digit to digit", "a straight way through eight dimensions",
            "at both ends, reconstructions of test images; between them, the decoder alone",
            interpolations(model, test, pairs), options.out / "interpolations.png",
            [f"{a} to {b}" for a, b in pairs])  # fmt: skip
    return {
        "bound on test images": entropy + divergence,
        "of it, divergence": divergence,
        "bound on training images": sum(bound(model, x)),
        "what knows the means only": knows_means_only(x, test.data),
        **found,
    }


if __name__ == "__main__":
    run(main, AIMS, __doc__)
