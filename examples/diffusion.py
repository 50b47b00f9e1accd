"""A diffusion model of handwritten digits: a U-Net takes noise away from noise, step by step, until a digit is left.

An image is mixed with more and more noise over 100 steps; the network learns to say what the noise is in a mixture.
Digits are made by going the other way: begin with noise alone, and take a little of what the network says is noise
away, again and again. Sources: Ho, Jain & Abbeel, NeurIPS 2020; the cosine schedule: Nichol & Dhariwal, ICML 2021.
"""

import numpy as np
from common import at_least, run
from digits import Judge, batches, picture

import rung
import rung.functions as F
from rung import no_grad
from rung.datasets import Digits
from rung.models import UNet
from rung.optimizers import Adam, ExponentialMovingAverage
from rung.schedules import one_cycle

AIMS = {"named with confidence": at_least(0.35), "classes": at_least(9)}
TIMES = 100

# The share of the image, in variance, that is left after each step; the rest is noise.
_angles = (np.arange(TIMES + 1) / TIMES + 0.008) / 1.008 * np.pi / 2
_curve = np.cos(_angles) ** 2
KEPT = np.clip(_curve[1:] / _curve[:-1], 0.001, None)  # of what is there, by one step
LEFT = np.cumprod(KEPT)  # of the image, after all steps so far


def noisy(x, t, noise):
    """Images after t + 1 steps, at once."""
    left = LEFT[t][:, None, None, None].astype(np.float32)
    return np.sqrt(left) * x + np.sqrt(1 - left) * noise


def train(net, steps, seed):
    """The running mean of the weights is what is used: it makes better digits than the last weights."""
    optimizer = Adam(one_cycle(0.002, steps)).setup(net)
    average = ExponentialMovingAverage(net, decay=0.995, warm_up=True)
    data, rng, losses = Digits().data * 2 - 1, rung.random.generator(), []
    for chosen in batches(data, steps, 64, seed):
        t = rng.integers(TIMES, size=len(chosen))
        noise = rng.standard_normal(data[chosen].shape, dtype=np.float32)
        loss = F.mean((net(noisy(data[chosen], t, noise), t) - noise) ** 2)
        net.cleargrads()
        loss.backward()
        optimizer.update()
        average.update()
        losses.append(loss.item())
    return average, losses


def denoise(net, n):
    """Go from noise to n images; yield what is there before each step, and at the end."""
    rng = rung.random.generator()
    x = rng.standard_normal((n, 1, 8, 8), dtype=np.float32)
    for t in reversed(range(TIMES)):
        yield x
        with no_grad():
            noise = net(x, np.full(n, t)).data
        image = np.clip((x - np.sqrt(1 - LEFT[t]) * noise) / np.sqrt(LEFT[t]), -1, 1)  # what it would be, all at once
        before = LEFT[t - 1] if t else 1.0
        mean = np.sqrt(before) * (1 - KEPT[t]) * image + np.sqrt(KEPT[t]) * (1 - before) * x
        spread = np.sqrt((1 - before) / (1 - LEFT[t]) * (1 - KEPT[t]))
        x = (mean / (1 - LEFT[t]) + spread * rng.standard_normal(x.shape)).astype(np.float32)
    yield x


def main(options):
    judge = Judge(options.seed, options.quick)
    net = UNet(1, widths=(24, 48), time_size=32)
    average, losses = train(net, 30 if options.quick else 1200, options.seed)
    with average.applied():
        way = [(x + 1) / 2 for x in denoise(net, 20 if options.quick else 200)]
    samples = way[-1] = np.rint(16 * way[-1].clip(0, 1)) / np.float32(16)  # the values that pixels of Digits have
    found = judge.figures(samples)
    picture("Digits from noise", f"{found['named with confidence']:.0%} are named with confidence",
            "what the diffusion model makes; not chosen", samples[:100].reshape(-1, 20, *samples.shape[1:]),
            options.out / "samples.png")  # fmt: skip
    shown = [0, 30, 50, 60, 70, 80, 90, 95, TIMES]
    picture("From noise to digit", f"{TIMES} steps", "each column is one digit; each row, what is there so far",
            [way[step][:12] for step in shown], options.out / "way.png",
            [f"step {step}" for step in shown])  # fmt: skip
    real = judge.figures(Digits(train=False).data)
    return {
        "loss over the last steps": float(np.mean(losses[-200:])),
        **found,
        "real digits named with confidence": real["named with confidence"],
        "judge's accuracy on real digits": judge.accuracy(),
    }


if __name__ == "__main__":
    run(main, AIMS, __doc__)
