"""Every public name of the published package (0.0.13) is there, with its arguments and methods."""

import inspect
import json
from importlib import import_module
from pathlib import Path

import pytest

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text())
DEFAULTS = {  # as the published package has them, where a program could tell
    "functions.softmax": {"axis": 1}, "functions.log_softmax": {"axis": 1}, "functions.leaky_relu": {"slope": 0.2},
    "functions.dropout": {"dropout_ratio": 0.5}, "functions.batch_nrom": {"decay": 0.9, "eps": 2e-5},
    "functions.conv2d": {"b": None, "stride": 1, "pad": 0}, "functions.sum": {"axis": None, "keepdims": False},
    "functions.pooling": {"stride": 1, "pad": 0}, "functions.im2col": {"stride": 1, "pad": 0, "to_matrix": True},
    "functions.deconv2d": {"b": None, "stride": 1, "pad": 0, "outsize": None},
    "optimizers.SGD": {"lr": 0.01}, "optimizers.MomentumSGD": {"lr": 0.01, "momentum": 0.9},
    "optimizers.AdaGrad": {"lr": 0.001, "eps": 1e-8}, "optimizers.AdaDelta": {"rho": 0.95, "eps": 1e-6},
    "optimizers.Adam": {"alpha": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "layers.Linear": {"nobias": False, "in_size": None}, "layers.RNN": {"in_size": None},
    "layers.Conv2d": {"stride": 1, "pad": 0, "nobias": False, "in_channels": None},
    "models.ResNet": {"n_layers": 152, "pretrained": False}, "models.VGG16": {"pretrained": False},
    "dataloaders.DataLoader": {"shuffle": True, "gpu": False}, "dataloaders.SeqDataLoader": {"gpu": False},
    "datasets.Dataset": {"train": True, "transform": None, "target_transform": None},
    "datasets.CIFAR100": {"train": True, "label_type": "fine"}, "datasets.get_spiral": {"train": True},
    "transforms.Convert": {"mode": "RGB"}, "transforms.Normalize": {"mean": 0, "std": 1},
    "utils.gradient_check": {"rtol": 1e-4, "atol": 1e-5}, "utils.plot_dot_graph": {"to_file": "graph.png"},
    "utils.get_dot_graph": {"verbose": True}, "core.Variable.backward": {"retain_grad": False, "create_graph": False},
}  # fmt: skip


def of(name):
    module, *path = name.removeprefix("dezero.").split(".")
    thing = import_module(f"rung.dezero.{module}")
    for part in path:
        thing = getattr(thing, part)
    return thing


@pytest.mark.parametrize("module", PUBLISHED["names"])
def test_a_module_has_every_name_of_the_published_one(module):
    ours = import_module(f"rung.{module}")
    assert [name for name in PUBLISHED["names"][module].split() if not hasattr(ours, name)] == []


@pytest.mark.parametrize("name", PUBLISHED["arguments and methods"])
def test_a_function_or_class_has_the_arguments_and_methods_of_the_published_one(name):
    arguments, methods = (text.split() for text in PUBLISHED["arguments and methods"][name])
    ours = of(name)
    assert [method for method in methods if not hasattr(ours, method)] == []
    if inspect.isclass(ours) or inspect.isfunction(ours):
        parameters = inspect.signature(ours).parameters.values()
        spelled = [{p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "") + p.name for p in parameters]
        assert [name for name in arguments if name not in spelled] == []
        positional = [name for name in arguments if "*" not in name and name not in ("rtol", "atol")]
        assert spelled[: len(positional)] == positional


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_the_published_package(name):
    parameters = inspect.signature(of(name)).parameters
    assert {key: parameters[key].default for key in DEFAULTS[name]} == DEFAULTS[name]


def test_slips_of_the_pen_are_kept():
    from rung.dezero import datasets, functions
    from rung.dezero.core import Variable

    assert functions.batch_nrom is functions.batch_norm
    assert datasets.Shakespear
    assert Variable.matmaul
