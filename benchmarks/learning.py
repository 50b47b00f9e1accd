"""What a GPT learns, beside PyTorch's: `python -m benchmarks.learning`.

The same architecture, the same first weights, the same batches in the same order, AdamW with the same settings and no
dropout: both should learn the same thing at the same pace. PyTorch draws the weights, and Rung reads its file. Each
framework runs in a process of its own, on as many threads as are asked for. Printed are the loss on the validation
text, which is the same 16,384 letters each time, and the median seconds of a step. The text is Shakespeare's, as in
`rung.datasets.TinyShakespeare`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rounds import THREAD_SETTINGS
from benchmarks.workloads.gpt import torch_adamw, torch_gpt, torch_loss
from rung.datasets import TinyShakespeare

VOCABULARY = len(TinyShakespeare.classes)
RATE, DECAY = 1e-3, 0.1
START = "start.pt"


def batches(options: argparse.Namespace) -> Iterator[tuple[Any, Any]]:
    """As many batches (x, t) as there are steps, cut from the text at random places, which the seed chooses."""
    text = TinyShakespeare(train=True, length=None).data
    rng = np.random.default_rng(options.seed)
    for _ in range(options.steps):
        starts = rng.integers(0, len(text) - options.length, options.batch_size)
        rows = np.stack([text[start : start + options.length + 1] for start in starts])
        yield rows[:, :-1], rows[:, 1:]


def validation(options: argparse.Namespace) -> tuple[Any, Any]:
    """The first letters of the validation text, in rows."""
    data = TinyShakespeare(train=False, length=options.length)
    rows = max(16384 // options.length, 1)
    return data.data[:rows], data.label[:rows]


def train(options: argparse.Namespace, step: Callable[[Any, Any], None], judge: Callable[[Any, Any], float]) -> Any:
    """The validation losses, by the number of steps before them, and the median seconds of a step."""
    held_out = validation(options)
    losses, seconds = {0: judge(*held_out)}, []
    for i, (x, t) in enumerate(batches(options), 1):
        begin = time.perf_counter()
        step(x, t)
        seconds.append(time.perf_counter() - begin)
        if i % options.every == 0 or i == options.steps:
            losses[i] = judge(*held_out)
    return {"losses": losses, "seconds": float(np.median(seconds))}


# Rung --------------------------------------------------------------------------------------------------------------


def train_rung(options: argparse.Namespace) -> Any:
    """Train Rung's model from the weights in the folder."""
    import rung
    import rung.functions as F
    from rung.models import GPT
    from rung.optimizers import AdamW

    model = GPT(VOCABULARY, options.length, options.width, options.heads, options.layers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rung.errors.UnverifiedWarning)
        model.load_weights(options.folder / START)
    optimizer = AdamW(RATE, weight_decay=DECAY).setup(model)

    def step(x: Any, t: Any) -> None:
        loss = F.softmax_cross_entropy(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()

    def judge(x: Any, t: Any) -> float:
        with rung.no_grad(), rung.test_mode():
            return F.softmax_cross_entropy(model(x), t).item()

    return train(options, step, judge)


# PyTorch -----------------------------------------------------------------------------------------------------------


def train_torch(options: argparse.Namespace) -> Any:
    """Train PyTorch's model from the weights in the folder, which it draws first where there are none."""
    import torch

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    model = torch_gpt(VOCABULARY, options.length, options.width, options.heads, options.layers)
    if not (options.folder / START).exists():
        torch.save(model.state_dict(), options.folder / START)
        return None
    model.load_state_dict(torch.load(options.folder / START))
    optimizer = torch_adamw(model, RATE, DECAY)

    def loss_of(x: Any, t: Any) -> Any:
        return torch_loss(model(torch.as_tensor(x)), torch.as_tensor(t))

    def step(x: Any, t: Any) -> None:
        optimizer.zero_grad()
        loss_of(x, t).backward()
        optimizer.step()

    def judge(x: Any, t: Any) -> float:
        with torch.no_grad():
            return float(loss_of(x, t))

    return train(options, step, judge)


# Both --------------------------------------------------------------------------------------------------------------


def child(framework: str, options: argparse.Namespace, folder: str) -> Any:
    """What one framework, in a process of its own, has measured."""
    settings = [f"--{name}={getattr(options, name)}" for name in SETTINGS]
    command = [sys.executable, "-m", "benchmarks.learning", *settings]
    command += [f"--folder={folder}", f"--framework={framework}"]
    threads = dict.fromkeys(THREAD_SETTINGS, str(options.threads))
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | threads)
    return json.loads(run.stdout)


SETTINGS = {"steps": 500, "every": 50, "batch_size": 8, "length": 128, "width": 128, "heads": 4, "layers": 4,
            "seed": 0, "threads": 1}  # fmt: skip


def main() -> None:
    """Train both and print; or, called by itself, train one and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in SETTINGS.items():
        parser.add_argument(f"--{name}", type=int, default=value, help=f"(default: {value})")
    parser.add_argument("--framework", choices=["rung", "torch"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.framework:
        print(json.dumps((train_rung if options.framework == "rung" else train_torch)(options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        child("torch", options, folder)  # draws the weights
        ours, theirs = child("rung", options, folder), child("torch", options, folder)
    print(f"{'steps':>6}{'Rung':>10}{'PyTorch':>10}{'difference':>12}      loss on the validation text")
    for steps, loss in ours["losses"].items():
        print(f"{steps:>6}{loss:10.4f}{theirs['losses'][steps]:10.4f}{loss - theirs['losses'][steps]:12.5f}")
    print(f"milliseconds of a step, median: Rung {1e3 * ours['seconds']:.1f}, PyTorch {1e3 * theirs['seconds']:.1f}, "
          f"ratio {ours['seconds'] / theirs['seconds']:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
