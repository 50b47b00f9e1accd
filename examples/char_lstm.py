"""An LSTM learns to write, letter by letter, from a text that it reads from end to end.

Thirty-two readers go through the text at once, each through its own part. After 64 letters, gradients flow back
through these alone, and the state goes on: truncated backpropagation through time. Afterwards it writes a page of its
own, which goes to `text.txt`. Source: A. Karpathy, The Unreasonable Effectiveness of Recurrent Neural Networks, 2015.
"""

import numpy as np
from common import at_most, run
from text import read_text, rows_of, write_results

import rung
import rung.functions as F
from rung.models import CharLSTM
from rung.optimizers import Adam, ClipGrad
from rung.schedules import cosine

AIMS = {"validation loss": at_most(1.62)}
LENGTH, READERS = 64, 32


def validate(model, x, t):
    with rung.no_grad(), rung.test_mode():
        return F.softmax_cross_entropy(model(x), t).item()


def chunks(codes, steps):
    """Batches (x, t) that go on where those before stopped, and whether they do: the end leads to the beginning."""
    width = (len(codes) - 1) // READERS
    x, t = (codes[shift : shift + READERS * width].reshape(READERS, width) for shift in (0, 1))
    count = width // LENGTH
    for step in range(steps):
        at = slice(step % count * LENGTH, (step % count + 1) * LENGTH)
        yield x[:, at], t[:, at], step % count > 0


def train(model, text, steps):
    """The losses of all steps, and (step, loss on the text that was held out) at some of them."""
    optimizer = Adam(cosine(5e-3, steps)).setup(model)
    optimizer.add_hook(ClipGrad(1.0))
    held_out = rows_of(text.validation, 256, 16 if steps < 100 else 64)
    losses, validation, state = [], [(0, validate(model, *held_out))], None
    for step, (x, t, goes_on) in enumerate(chunks(text.train, steps), 1):
        logits, state = model.sequence(x, state if goes_on else None)
        state = tuple(part.detach() for part in state)
        loss = F.softmax_cross_entropy(logits, t)
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
    size, steps = (32, 10) if options.quick else (256, 1200)
    model = CharLSTM(len(text.alphabet), size)
    losses, validation = train(model, text, steps)
    written = text.decode(model.generate(text.encode("\n"), 100 if options.quick else 1500, 0.8, seed=options.seed))
    fact = f"validation loss {validation[-1][1]:.3f}"
    write_results(options, f"An LSTM on {text.name}", fact, losses, validation, written)
    print("".join(f"  | {line}\n" for line in written.strip().splitlines()[:12]), end="")
    judged = "validation loss" if text.name.startswith("Shakespeare") else "validation loss (of another text)"
    return {judged: validation[-1][1], "last loss": float(np.mean(losses[-50:]))}


if __name__ == "__main__":
    run(main, AIMS, __doc__)
