"""VGG16."""

from __future__ import annotations

from typing import Any

import rung.functions as F
from rung.initializers import he_normal
from rung.layers import Conv2d, Dropout, Linear
from rung.models.mlp import Model
from rung.models.pretrained import of_torchvision

STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))  # channels of each convolution
WEIGHTS = of_torchvision("vgg16-397923af.pth")

_LAYERS = [f"conv{i}_{j}" for i, widths in enumerate(STAGES, 1) for j in range(1, len(widths) + 1)]
_NUMBERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # of the convolutions among torchvision's features
_IN_PYTORCH = {
    **{f"features.{i}": name for i, name in zip(_NUMBERS, _LAYERS, strict=True)},
    **{f"classifier.{i}": name for i, name in ((0, "fc6"), (3, "fc7"), (6, "fc8"))},
}


class VGG16(Model):
    """Thirteen 3x3 convolutions in five stages, and three fully connected layers.

    Shape: (N, 3, 224, 224) -> (N, classes); other sizes too, to which the first fully connected layer then adapts.

    Args:
        pretrained: fetch the weights that torchvision trained on ImageNet; images go through
            `rung.transforms.imagenet_preprocessing()` before.
        classes: of the last layer; 1000 if pretrained.
        dropout: between the fully connected layers.

    Source: Simonyan & Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015.

    >>> import numpy as np, rung
    >>> with rung.no_grad(), rung.test_mode():
    ...     VGG16(classes=3)(np.zeros((1, 3, 32, 32), "float32")).shape
    (1, 3)
    """

    def __init__(self, pretrained: bool = False, classes: int = 1000, dropout: float = 0.5):
        for name, width in zip(_LAYERS, (width for widths in STAGES for width in widths), strict=True):
            setattr(self, name, Conv2d(width, 3, pad=1, initializer=he_normal))
        self.fc6 = Linear(4096, initializer=he_normal)
        self.fc7 = Linear(4096, initializer=he_normal)
        self.fc8 = Linear(classes)
        self.dropout = Dropout(dropout)
        if pretrained:
            WEIGHTS.load_into(self)

    def features(self, x: Any) -> Any:
        """The feature maps after each stage's last convolution: (N, 64, 224, 224) to (N, 512, 14, 14)."""
        maps: list[Any] = []
        for i, widths in enumerate(STAGES, 1):
            x = F.max_pool2d(x, 2) if maps else x
            for j in range(1, len(widths) + 1):
                x = F.relu(getattr(self, f"conv{i}_{j}")(x))
            maps.append(x)
        return maps

    def forward(self, x: Any) -> Any:
        x = F.flatten(F.max_pool2d(self.features(x)[-1], 2), 1)
        x = self.dropout(F.relu(self.fc6(x)))
        x = self.dropout(F.relu(self.fc7(x)))
        return self.fc8(x)

    def rename_pytorch(self, name: str) -> str:
        """torchvision numbers the layers of `features` and of `classifier`, activations and poolings included."""
        path, _, leaf = name.rpartition(".")
        return f"{_IN_PYTORCH.get(path, path)}.{leaf}"
