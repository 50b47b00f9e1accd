"""`rung train`: a network of one's own framework learns to read, and leaves pictures of how it went."""

from __future__ import annotations

import argparse
import json
import math
import platform
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import rung
import rung.functions as F
from rung.cli.choices import DATASETS, MLP_DEFAULTS, MODELS, TEXTS, build, fill_in
from rung.cli.portrait import Portrait, draw_graph
from rung.cli.text import write_sample
from rung.cuda import as_numpy
from rung.dataloaders import DataLoader
from rung.datasets import Dataset
from rung.errors import MissingExtraError, ValueRangeError
from rung.files import write_atomically
from rung.machine import num_threads
from rung.optimizers import Adam
from rung.schedules import cosine
from rung.trainer import Journal, TensorBoard, Trainer

LATEST = Path("the latest run")


def _defaults(name: str) -> str:
    """What an option is where the caller does not say, for the help."""
    return "default, of an MLP: " + ", ".join(f"{data} {values[name]}" for data, values in MLP_DEFAULTS.items())


def add_command(commands: Any) -> None:
    """Tell the parser about `rung train`."""
    parser = commands.add_parser(
        "train",
        help="train a network to read handwritten digits, in seconds",
        description="Train a network and leave its weights, a log and pictures in a folder.",
    )
    # No option has a default here: on --resume, those that are given are refused.
    parser.add_argument("--data", choices=DATASETS, help="what to learn (default: digits; of texts, shakespeare)")
    parser.add_argument("--model", choices=MODELS, help="with what (default: mlp); lstm and gpt learn texts")
    parser.add_argument("--epochs", type=int, help=f"how often to go through the data ({_defaults('epochs')})")
    parser.add_argument("--lr", type=float, help=f"the learning rate of Adam ({_defaults('lr')})")
    parser.add_argument("--batch-size", type=int, help=f"samples in a step ({_defaults('batch_size')})")
    parser.add_argument("--hidden", help=f"sizes of the hidden layers, or of a cnn's stages ({_defaults('hidden')})")
    parser.add_argument("--dropout", type=float, help=f"share of hidden units to drop ({_defaults('dropout')})")
    parser.add_argument("--seed", type=int, help="of weights, shuffles and dropout (default: 0)")
    parser.add_argument("--out", type=Path, help="folder for the results (default: a new one in runs/)")
    parser.add_argument(
        "--resume",
        nargs="?",
        type=Path,
        const=LATEST,
        metavar="FOLDER",
        help="continue a run that was stopped, as if it had not been (default: the latest in runs/)",
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="write event files for TensorBoard into the folder"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, and write everything that a person wants to see afterwards."""
    earlier = None if options.resume is None else take_over(options)
    fill_in(options)
    hidden = check_options(options)
    rung.seed(options.seed)
    train, test = DATASETS[options.data](train=True), DATASETS[options.data](train=False)
    model = build(options.model, hidden, len(train.classes), options.dropout)
    loader = DataLoader(train, options.batch_size)
    folder = earlier or options.out or new_folder(Path("runs"), options.data)
    trainer = make_trainer(model, options, folder, len(loader), test)
    resumed = earlier is not None and trainer.resume()
    with trainer.writing():
        if not earlier:
            refuse_earlier_run(folder)
        write_log(folder / "log.json", options, trainer.history, 0.0)
        started, stopped = time.perf_counter(), False
        try:
            with num_threads(1):  # a second one gains little on networks as small as these, and may stand in the way
                trainer.fit(loader, options.epochs, in_order(test, options), name=options.data)
        except KeyboardInterrupt:
            stopped = True
        seconds = time.perf_counter() - started
        report(model, options, folder, test, trainer.history, seconds, stopped, resumed)
    return 130 if stopped else 0


# Folders -----------------------------------------------------------------------------------------------------------


def new_folder(parent: Path, name: str) -> Path:
    """Make a folder that was not there, named by the data and a number; two runs at once get two."""
    number = 1
    while True:
        folder = parent / f"{name}-{number}"
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            number += 1


def refuse_earlier_run(folder: Path) -> None:
    """A folder that holds a run is never written over."""
    if (folder / "log.json").exists():
        raise ValueRangeError(f"--out must be a folder without an earlier run, but {folder} holds one")


def latest_run(parent: Path) -> Path:
    """The run that was written to last."""
    runs = {path.parent for name in ("log.json", "last.npz") for path in parent.glob(f"*/{name}")}
    if not runs:
        raise ValueRangeError(f"--resume: there is no run in {parent}/")
    latest, *older = sorted(runs, key=_last_written, reverse=True)
    if not (latest / "last.npz").is_file():
        saved = next((run for run in older if (run / "last.npz").is_file()), None)
        cure = f"; name an older one: --resume {saved}" if saved else ""
        raise ValueRangeError(f"--resume: the latest run, {latest}, has no checkpoint{cure}")
    return latest


def _last_written(run: Path) -> int:
    paths = (run / "log.json", run / "last.npz")
    return max(path.stat().st_mtime_ns for path in paths if path.exists())


# Going on ----------------------------------------------------------------------------------------------------------

# What a run is made of, and has to be when it goes on: the kind of each setting in its log.
SETTINGS: dict[str, tuple[type, ...]] = {
    "data": (str,), "model": (str,), "epochs": (int,), "lr": (int, float), "batch_size": (int,), "hidden": (str,),
    "dropout": (int, float), "seed": (int,), "tensorboard": (bool,),
}  # fmt: skip


def take_over(options: argparse.Namespace) -> Path:
    """Take all settings but the epochs from the run to resume; return its folder."""
    free = ("resume", "epochs", "run", "command")
    given = [
        name for name, value in vars(options).items() if name not in free and value is not None and value is not False
    ]
    if given:
        raise ValueRangeError(
            f"--resume takes all but --epochs from the run, so --{given[0].replace('_', '-')} has no place"
        )
    folder: Path = latest_run(Path("runs")) if options.resume == LATEST else options.resume
    if not (folder / "last.npz").is_file():
        raise ValueRangeError(f"--resume needs a folder with a checkpoint, last.npz, but {folder} has none")
    for name, value in read_settings(folder / "log.json").items():
        if name != "epochs" or options.epochs is None:
            setattr(options, name, value)
    return folder


def read_settings(path: Path) -> dict[str, Any]:
    """The settings in the log of a run, each of which has to be there and of its kind."""
    try:
        log = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueRangeError(f"--resume needs the settings in {path}, which cannot be read: {error}") from error
    settings = log.get("settings") if isinstance(log, dict) else None
    if not isinstance(settings, dict):
        raise ValueRangeError(f"--resume needs the settings in {path}, but it holds none")
    for name, kinds in SETTINGS.items():
        if type(settings.get(name)) not in kinds:
            raise ValueRangeError(f"--resume: {name} in {path} must be of {kinds[-1].__name__}, but is "
                                  f"{settings.get(name)!r:.80}")  # fmt: skip
    for name, known in (("data", DATASETS), ("model", MODELS)):
        if settings[name] not in known:
            raise ValueRangeError(f"--resume: the {name} in {path} must be one of {', '.join(known)}, but is "
                                  f"{settings[name]!r:.80}")  # fmt: skip
    return {name: settings[name] for name in SETTINGS}


# Training ----------------------------------------------------------------------------------------------------------


def make_trainer(
    model: Any, options: argparse.Namespace, folder: Path, steps_per_epoch: int, test: Dataset
) -> Trainer:
    """Adam with a rate that falls along a cosine, measured by loss and accuracy; with all that others look at."""
    optimizer = Adam(cosine(options.lr, steps=max(options.epochs * steps_per_epoch, 1)))
    portrait = Portrait(folder, test, F.softmax_cross_entropy, f"{options.model} on {options.data}")
    callbacks = [Journal(folder), portrait, *([TensorBoard(folder)] if options.tensorboard else [])]
    return Trainer(model, optimizer, F.softmax_cross_entropy, {"accuracy": F.accuracy}, folder, "val_accuracy",
                   higher_is_better=True, callbacks=callbacks)  # fmt: skip


def report(
    model: Any, options: argparse.Namespace, folder: Path, test: Dataset, history: list[dict[str, float]],
    seconds: float, stopped: bool, resumed: bool,
) -> None:  # fmt: skip
    """Weights, log, pictures, and two lines for whoever waits."""
    write_log(folder / "log.json", options, history, seconds)
    hint = f"to continue: rung train --resume {folder}"
    if not history:
        print(f"stopped in the first epoch; {hint}")
        return
    model.save_weights(folder / "weights.npz")
    drawn = draw_pictures(folder, options, model, test, with_test_names(history))
    done = f"stopped after {len(history)}" if stopped else f"after {len(history)}"
    since = " since the resume" if resumed else ""
    print(f"test accuracy  {history[-1]['val_accuracy']:.2%}  {done} epochs in {seconds:.1f} s{since}")
    print(f"in {folder}/: {', '.join(['weights.npz', 'last.npz', 'best.npz', 'log.json', *drawn])}")
    print(f"to look at it: rung view {shlex.quote(str(folder))}")
    if stopped:
        print(hint)


def in_order(data: Dataset, options: argparse.Namespace) -> DataLoader:
    """The data to measure on, in batches that fit into the memory."""
    return DataLoader(data, 1000 if options.model == "mlp" else 100, shuffle=False)


def with_test_names(history: list[dict[str, float]]) -> list[dict[str, float]]:
    """What was measured on the test set, called by that name."""
    return [{name.replace("val_", "test_"): value for name, value in row.items()} for row in history]


def check_options(options: argparse.Namespace) -> tuple[int, ...]:
    """Refuse options that make no sense, before anything is written; return the sizes of the hidden layers."""
    for name, ok, wanted in (
        ("epochs", options.epochs >= 1, "at least 1"),
        ("lr", 0 <= options.lr < math.inf, "a number of at least 0"),
        ("batch_size", options.batch_size >= 1, "at least 1"),
        ("dropout", 0 <= options.dropout < 1, "at least 0 and below 1"),
        ("seed", options.seed >= 0, "at least 0"),
    ):
        if not ok:
            flag = "--" + name.replace("_", "-")
            raise ValueRangeError(f"{flag} must be {wanted}, but got {getattr(options, name)}")
    return parse_sizes(options.hidden)


def parse_sizes(text: str) -> tuple[int, ...]:
    """Sizes of hidden layers from a text.

    >>> parse_sizes("256,128")
    (256, 128)
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and 0 < int(part) <= 100_000 for part in parts):
        raise ValueRangeError(f"--hidden must be sizes up to 100000, such as 256,128, but got {text!r}")
    return tuple(map(int, parts))


# Afterwards --------------------------------------------------------------------------------------------------------


def predict(model: Any, loader: DataLoader) -> np.ndarray[Any, Any]:
    """The probabilities of every class for every sample: (samples, classes)."""
    with rung.no_grad(), rung.test_mode():
        batches = [F.softmax(model(x)) for x, _ in loader]
    return np.concatenate([as_numpy(p) for p in batches])


def write_log(path: Path, options: argparse.Namespace, history: list[dict[str, float]], seconds: float) -> None:
    """Everything that is needed to know what was run, and what came of it, as JSON."""
    settings = {name: str(v) if isinstance(v, Path) else v for name, v in vars(options).items() if name != "run"}
    versions = {"rung": rung.__version__, "numpy": np.__version__, "python": platform.python_version()}
    log = {
        "settings": settings,
        "versions": versions,
        "seconds": round(seconds, 2),
        "history": with_test_names(history),
    }
    with write_atomically(path) as file:
        file.write(json.dumps(log, indent=1).encode())


def draw_pictures(
    folder: Path, options: argparse.Namespace, model: Any, test: Dataset, history: list[dict[str, float]]
) -> list[str]:
    """Draw what can be drawn, or let a model of texts write; return the names of the files."""
    from rung import visualize

    drawn = []
    if options.data in TEXTS:
        write_sample(model, test, folder)
        drawn.append("sample.txt")
    try:
        drawn += draw_graph(folder)
        visualize.draw_curves(history, folder / "curves.png", options.data)
        drawn.append("curves.png")
        if options.data not in TEXTS:
            drawn += _draw_answers(folder, options, model, test)
    except MissingExtraError as missing:
        print(f"no pictures: {missing}")
    return drawn


def _draw_answers(folder: Path, options: argparse.Namespace, model: Any, test: Dataset) -> list[str]:
    """What the model makes of the test data."""
    from rung import visualize

    probabilities, name = predict(model, in_order(test, options)), options.data
    truth, predicted, sure = np.asarray(test.label), probabilities.argmax(1), probabilities.max(1)
    visualize.draw_confusion(truth, predicted, test.classes, folder / "confusion.png", name)
    if test.data.ndim == 2:
        visualize.draw_points(test.data, truth, _predictor(model), test.classes, folder / "regions.png", name)
        return ["confusion.png", "regions.png"]
    visualize.draw_mistakes(test.data, truth, predicted, sure, test.classes, folder / "mistakes.png", name)
    return ["confusion.png", "mistakes.png"]


def _predictor(model: Any) -> Callable[[Any], Any]:
    def probabilities(points: Any) -> Any:
        with rung.no_grad(), rung.test_mode():
            return as_numpy(F.softmax(model(points.astype("float32"))))

    return probabilities
