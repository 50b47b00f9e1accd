"""What images go through before networks that were trained on ImageNet."""

from __future__ import annotations

from rung.transforms.composing import Compose
from rung.transforms.converting import Convert, ToArray
from rung.transforms.spatial import CenterCrop, Resize
from rung.transforms.values import Normalize

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the pixels of ImageNet, from 0 to 1


def imagenet_preprocessing(size: int = 224) -> Compose:
    """For an image of Pillow's: the middle of it, normalised as the weights of torchvision and others expect it.

    Shape: an image -> float32 (3, size, size)

    >>> image = __import__("PIL.Image").Image.new("RGB", (300, 250))
    >>> imagenet_preprocessing()(image).shape
    (3, 224, 224)
    """
    shorter = round(size * 256 / 224)
    pixels = [Convert("RGB"), Resize(shorter, keep_aspect=True), CenterCrop(size), ToArray()]
    return Compose([*pixels, Normalize(0.0, 255.0), Normalize(MEAN, STD)])
