"""Whole networks. Each is imported when it is first asked for, so that `import rung` stays quick."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rung.models.mlp import MLP, Model

if TYPE_CHECKING:
    from rung.models.charlstm import CharLSTM
    from rung.models.convnet import ConvNet
    from rung.models.dcgan import DCGAN
    from rung.models.gpt import GPT, GPT2
    from rung.models.resnet import ResNet18, ResNet34, ResNet50, ResNet101, ResNet152
    from rung.models.squeezenet import SqueezeNet
    from rung.models.unet import UNet
    from rung.models.vae import VAE
    from rung.models.vgg import VGG16
    from rung.models.vit import ViT

_FILES = {
    "ConvNet": "convnet", "ResNet18": "resnet", "ResNet34": "resnet", "ResNet50": "resnet", "ResNet101": "resnet",
    "ResNet152": "resnet", "SqueezeNet": "squeezenet", "VGG16": "vgg", "DCGAN": "dcgan", "UNet": "unet", "VAE": "vae",
    "CharLSTM": "charlstm", "GPT": "gpt", "GPT2": "gpt", "ViT": "vit",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _FILES:
        return getattr(import_module(f"rung.models.{_FILES[name]}"), name)
    raise AttributeError(f"module 'rung.models' has no attribute {name!r}")


__all__ = [
    "DCGAN",
    "GPT",
    "GPT2",
    "MLP",
    "CharLSTM",
    "ConvNet",
    "Model",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "SqueezeNet",
    "UNet",
    "VAE",
    "VGG16",
    "ViT",
]
