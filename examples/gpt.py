"""A small GPT learns to write, letter by letter: 0.8 million parameters and Shakespeare's plays.

It sees 64 letters and is asked for the next one at every place. Afterwards it writes a page of its own, which goes
to `text.txt`. Source: Radford et al., 2019; A. Karpathy, nanoGPT, 2022, for the idea to train it on letters.
"""

import numpy as np
from common import at_most, run
from text import read_text, rows_of, write_results

import rung
import rung.functions as F
from rung.models import GPT
from rung.optimizers import AdamW, ClipGrad
from rung.schedules import cosine, warm_up

AIMS = {"validation loss": at_most(1.9)}
LENGTH, BATCH = 64, 8


def validate(model, x, t):
    with rung.no_grad(), rung.test_mode():
        losses = [F.softmax_cross_entropy(model(x[i : i + 16]), t[i : i + 16]).item() for i in range(0, len(x), 16)]
    return float(np.mean(losses))


def train(model, text, steps, rng):
    """The losses of all steps, and (step, loss on the text that was held out) at some of them."""
    optimizer = AdamW(warm_up(max(steps // 20, 1), cosine(3e-3, steps, 1e-4)), beta2=0.99, weight_decay=0.1).setup(
        model
    )
    optimizer.add_hook(ClipGrad(1.0))
    held_out = rows_of(text.validation, LENGTH, 16 if steps < 100 else 128)
    losses, validation = [], [(0, validate(model, *held_out))]
    for step in range(1, steps + 1):
        starts = rng.integers(0, len(text.train) - LENGTH, BATCH)
        rows = np.stack([text.train[start : start + LENGTH + 1] for start in starts])
        loss = F.softmax_cross_entropy(model(rows[:, :-1]), rows[:, 1:])
        model.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(loss.item())
        if step % max(steps // 10, 5) == 0 or step == steps:
            validation.append((step, validate(model, *held_out)))
            print(f"  step {step}: loss {np.mean(losses[-50:]):.3f}, validation {validation[-1][1]:.3f}", flush=True)
    return losses, validation


def main(options):
    text = read_text(fetch=not options.quick)
    layers, steps = (1, 10) if options.quick else (4, 1500)
    model = GPT(len(text.alphabet), LENGTH, hidden_size=128, num_heads=4, num_layers=layers)
    losses, validation = train(model, text, steps, np.random.default_rng(options.seed))
    written = text.decode(model.generate(text.encode("\n"), 100 if options.quick else 1500, 0.8, seed=options.seed))
    fact = f"validation loss {validation[-1][1]:.3f}"
    write_results(options, f"A GPT on {text.name}", fact, losses, validation, written)
    print("".join(f"  | {line}\n" for line in written.strip().splitlines()[:12]), end="")
    judged = "validation loss" if text.name.startswith("Shakespeare") else "validation loss (of another text)"
    return {judged: validation[-1][1], "last loss": float(np.mean(losses[-50:]))}


if __name__ == "__main__":
    run(main, AIMS, __doc__)
