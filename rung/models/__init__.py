"""Whole networks. Each is imported when it is first asked for, so that `import rung` stays quick."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rung.models.mlp import MLP, Model

if TYPE_CHECKING:
    from rung.models.convnet import ConvNet
    from rung.models.resnet import ResNet18, ResNet34, ResNet50, ResNet101, ResNet152
    from rung.models.squeezenet import SqueezeNet
    from rung.models.vgg import VGG16

_FILES = {
    "ConvNet": "convnet", "ResNet18": "resnet", "ResNet34": "resnet", "ResNet50": "resnet", "ResNet101": "resnet",
    "ResNet152": "resnet", "SqueezeNet": "squeezenet", "VGG16": "vgg",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _FILES:
        return getattr(import_module(f"rung.models.{_FILES[name]}"), name)
    raise AttributeError(f"module 'rung.models' has no attribute {name!r}")


__all__ = [
    "MLP",
    "ConvNet",
    "Model",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "SqueezeNet",
    "VGG16",
]
