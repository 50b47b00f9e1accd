"""Vision transformers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import rung.functions as F
from rung.config import no_grad, test_mode
from rung.core.parameter import Parameter
from rung.errors import ShapeError, ValueRangeError, message
from rung.initializers import truncated_normal, zeros
from rung.layers import Conv2d, LayerNorm, Linear, PositionalEmbedding, TransformerBlock
from rung.models.mlp import Model


class ViT(Model):
    """An image as a sequence of patches, a token that asks for its class, and blocks of attention among all.

    Shape: (N, C, image_size, image_size) -> (N, classes)

    Args:
        classes: of the last layer.
        image_size: height and width; a pair if they differ.
        patch_size: of the squares that the image is cut into.
        hidden_size: the features of a patch.
        num_heads: of each block's attention.
        num_layers: how many blocks there are.
        dropout: in training, of the first vectors, of the attention's probabilities, and of what a block adds.
        in_channels: C.

    Source: Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021.

    >>> model = ViT(classes=3, image_size=8, patch_size=4, hidden_size=8, num_heads=2, num_layers=1)
    >>> model(np.ones((2, 3, 8, 8))).shape
    (2, 3)
    """

    def __init__(
        self,
        classes: int,
        image_size: int | tuple[int, int] = 32,
        patch_size: int = 4,
        hidden_size: int = 128,
        num_heads: int = 4,
        num_layers: int = 6,
        dropout: float = 0.0,
        in_channels: int = 3,
    ):
        sides = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        if patch_size < 1 or any(side < 1 or side % patch_size for side in sides):
            raise ValueRangeError(
                f"ViT: expected patches that fill the image, but {patch_size} does not divide {sides}"
            )
        self.image_size, self.dropout = sides, dropout
        patches = sides[0] * sides[1] // patch_size**2
        drawn = partial(truncated_normal, std=0.02)
        self.patches = Conv2d(hidden_size, patch_size, patch_size, in_channels=in_channels)
        self.class_token = Parameter(zeros((1, 1, hidden_size)), name="class_token")
        self.positions = PositionalEmbedding(1 + patches, hidden_size, initializer=drawn)
        self.blocks = [TransformerBlock(num_heads, hidden_size, dropout=dropout, eps=1e-6) for _ in range(num_layers)]
        self.norm = LayerNorm(eps=1e-6, in_size=hidden_size)
        self.fc = Linear(classes, in_size=hidden_size)
        with no_grad(), test_mode():
            self(np.zeros((1, in_channels, *sides), np.float32))  # so that every size is known

    def features(self, x: Any) -> Any:
        """The last vectors of the class token and of every patch: (N, 1 + patches, hidden_size)."""
        if len(x.shape) != 4 or tuple(x.shape[2:]) != self.image_size:
            raise ShapeError(message("ViT", f"expected images of {self.image_size}", x=x))
        h = self.patches(x)  # (N, hidden_size, rows, columns)
        h = F.swapaxes(F.reshape(h, (*h.shape[:2], -1)), 1, 2)
        token = F.broadcast_to(self.class_token, (h.shape[0], *self.class_token.shape[1:]))
        h = F.dropout(self.positions(F.concat([token, h], 1)), self.dropout)
        for block in self.blocks:
            h = block(h)
        return self.norm(h)

    def forward(self, x: Any) -> Any:
        return self.fc(self.features(x)[:, 0])
