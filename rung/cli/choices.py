"""What `rung train` can learn, with which model, and what is good for each pair of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import rung.functions as F
from rung.cli import text
from rung.datasets import (
    CIFAR10,
    CIFAR100,
    MNIST,
    Digits,
    FashionMNIST,
    MNIST10k,
    Moons,
    Spiral,
    TinyShakespeare,
)
from rung.errors import ValueRangeError
from rung.models import MLP, ConvNet, ResNet18

DATASETS: dict[str, Callable[..., Any]] = {
    "digits": Digits, "mnist": MNIST, "mnist-10k": MNIST10k, "fashion": FashionMNIST, "cifar10": CIFAR10,
    "cifar100": CIFAR100, "spiral": Spiral, "moons": Moons,
    "shakespeare": partial(TinyShakespeare, length=text.LENGTH),
}  # fmt: skip
POINTS, TEXTS = ("spiral", "moons"), ("shakespeare",)
MODELS = ("mlp", "cnn", "resnet18", "lstm", "gpt")
READERS = tuple(text.DEFAULTS)  # models of texts

# What is good for each dataset, where the caller does not say: for the multi-layer perceptron,
MLP_DEFAULTS = {
    "digits": {"epochs": 60, "lr": 0.003, "batch_size": 32, "hidden": "256,128", "dropout": 0.3},
    "mnist": {"epochs": 10, "lr": 0.001, "batch_size": 100, "hidden": "512,256", "dropout": 0.3},
    "mnist-10k": {"epochs": 20, "lr": 0.001, "batch_size": 64, "hidden": "512,256", "dropout": 0.3},
    "fashion": {"epochs": 10, "lr": 0.001, "batch_size": 100, "hidden": "512,256", "dropout": 0.3},
    "cifar10": {"epochs": 20, "lr": 0.001, "batch_size": 100, "hidden": "1024,512", "dropout": 0.3},
    "cifar100": {"epochs": 20, "lr": 0.001, "batch_size": 100, "hidden": "1024,512", "dropout": 0.3},
    "moons": {"epochs": 100, "lr": 0.01, "batch_size": 30, "hidden": "32,32", "dropout": 0.0},
    "spiral": {"epochs": 200, "lr": 0.01, "batch_size": 30, "hidden": "32,32", "dropout": 0.0},
}
# and for networks of convolutions, of which the numbers are the widths of the stages.
CNN_DEFAULTS = {
    "digits": {"epochs": 30, "lr": 0.003, "batch_size": 32, "hidden": "16,32", "dropout": 0.3},
    "mnist": {"epochs": 5, "lr": 0.003, "batch_size": 100, "hidden": "16,32,64", "dropout": 0.3},
    "mnist-10k": {"epochs": 10, "lr": 0.003, "batch_size": 64, "hidden": "16,32,64", "dropout": 0.3},
    "fashion": {"epochs": 8, "lr": 0.003, "batch_size": 100, "hidden": "16,32,64", "dropout": 0.3},
    "cifar10": {"epochs": 15, "lr": 0.003, "batch_size": 100, "hidden": "32,64,128", "dropout": 0.3},
    "cifar100": {"epochs": 15, "lr": 0.003, "batch_size": 100, "hidden": "32,64,128", "dropout": 0.3},
}
RESNET_DEFAULTS = {"epochs": 10, "lr": 0.001, "batch_size": 100, "hidden": "", "dropout": 0.0}


def fill_in(options: argparse.Namespace) -> None:
    """What the caller has not said; a pair of a model and data that do not go together is refused."""
    if options.model is None:
        options.model = "mlp"
    if options.data is None:
        options.data = TEXTS[0] if options.model in READERS else "digits"
    if options.seed is None:
        options.seed = 0
    for name, value in defaults(options.model, options.data).items():
        if getattr(options, name) is None:
            setattr(options, name, value)


def defaults(model: str, data: str) -> dict[str, Any]:
    """The settings that are good for a model on a dataset.

    >>> defaults("gpt", "digits")
    Traceback (most recent call last):
    rung.errors.ValueRangeError: --model gpt reads texts, of which there is --data shakespeare, and not digits
    """
    if (model in READERS) != (data in TEXTS):
        what = f"--model {model} reads texts, of which there is --data {', '.join(TEXTS)}, and not {data}"
        cure = f"--data {data} is a text, which needs one of --model {', '.join(READERS)}, and not {model}"
        raise ValueRangeError(what if model in READERS else cure)
    if model in ("cnn", "resnet18") and data in POINTS:
        raise ValueRangeError(f"--model {model} reads images, but {data} are points in the plane; take --model mlp")
    if model in READERS:
        return dict(text.DEFAULTS[model])
    if model == "resnet18":
        return dict(RESNET_DEFAULTS)
    return dict((CNN_DEFAULTS if model == "cnn" else MLP_DEFAULTS)[data])


def build(name: str, sizes: tuple[int, ...], classes: int, dropout: float) -> Any:
    """A model of the kind, sizes and dropout that are wanted."""
    if name in READERS:
        return text.make_text_model(name, sizes, classes, dropout)
    if name == "resnet18":
        if sizes or dropout:
            raise ValueRangeError("--hidden and --dropout have no place with --model resnet18, which is as it is")
        return ResNet18(classes=classes, small_images=True)
    if name == "cnn":
        return ConvNet(classes, sizes, dropout)
    return MLP((*sizes, classes), activation=lambda x: F.dropout(F.relu(x), dropout))
