"""Two networks against each other: one makes handwritten digits of noise, the other tells them from real ones.

Neither is told what a digit is. The judge of the outcome is a third network, a classifier that takes no part in it.
Sources: Goodfellow et al., NeurIPS 2014; Radford, Metz & Chintala, ICLR 2016.
"""

import numpy as np
from common import at_least, run
from digits import Judge, batches, picture

import rung
from rung import no_grad, test_mode
from rung.datasets import Digits
from rung.models import DCGAN
from rung.optimizers import Adam, ExponentialMovingAverage
from rung.schedules import linear

AIMS = {"named with confidence": at_least(0.55), "classes": at_least(9)}
SHOWN = 18  # digits of one noise, which are looked at along the training


def step(gan, x, discriminator_optimizer, generator_optimizer):
    """One step of the discriminator, then one of the generator; returns both losses."""
    losses = []
    for loss_of, optimizer in (
        (lambda: gan.discriminator_loss(x), discriminator_optimizer),
        (lambda: gan.generator_loss(len(x)), generator_optimizer),
    ):
        gan.cleargrads()  # the generator's loss leaves gradients in the discriminator, too
        loss = loss_of()
        loss.backward()
        optimizer.update()
        losses.append(loss.item())
    return losses


def train(gan, x, steps, seed, watch):
    """Train both networks, and call `watch` after each step; the running mean of the generator is what is used."""
    discriminator_optimizer = Adam(linear(0.001, steps), beta1=0.5).setup(gan.discriminator)
    generator_optimizer = Adam(linear(0.001, steps), beta1=0.5).setup(gan.generator)
    average = ExponentialMovingAverage(gan.generator, decay=0.99, warm_up=True)
    losses = []
    for i, chosen in enumerate(batches(x, steps, 64, seed)):
        losses.append(step(gan, x[chosen], discriminator_optimizer, generator_optimizer))
        average.update()
        watch(i + 1, average)
    return average, np.array(losses)


def main(options):
    steps = 20 if options.quick else 3000
    judge = Judge(options.seed, options.quick)
    gan = DCGAN(32, image_shape=(1, 8, 8), widths=(32, 64))
    z = rung.random.generator().standard_normal((SHOWN, 32), dtype=np.float32)
    moments = [round(steps * share) for share in (0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1)]
    along = {}

    def watch(i, average):
        if i in moments:
            with average.applied(), no_grad(), test_mode():
                along[f"step {i}"] = gan.generator(z).data

    average, losses = train(gan, Digits().data, steps, options.seed, watch)
    with average.applied():
        samples = gan.sample(500).data
    found = judge.figures(samples)
    picture("Digits from a contest", f"{found['named with confidence']:.0%} are named with confidence",
            "what the generator makes; not chosen", samples[:100].reshape(5, 20, 1, 8, 8),
            options.out / "samples.png")  # fmt: skip
    picture("A generator learns", f"{steps} steps", "each column is one noise; each row, what is made of it then",
            list(along.values()), options.out / "along.png", list(along))  # fmt: skip
    real = judge.figures(Digits(train=False).data)
    return {
        **found,
        "real digits named with confidence": real["named with confidence"],
        "judge's accuracy on real digits": judge.accuracy(),
        "discriminator's loss at the end": float(losses[-200:, 0].mean()),
        "generator's loss at the end": float(losses[-200:, 1].mean()),
    }


if __name__ == "__main__":
    run(main, AIMS, __doc__)
