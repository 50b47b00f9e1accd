"""Deep convolutional generative adversarial networks, for small images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import rung.functions as F
from rung.config import no_grad, test_mode
from rung.core.variable import Variable
from rung.initializers import normal
from rung.layers import BatchNorm, Conv2d, Deconv2d, Layer, Linear
from rung.models.latent import check_images, checked_image_shape, checked_sizes, halved, standard_normal
from rung.models.mlp import Model
from rung.shapes import Shape

_small = partial(normal, std=0.02)  # the paper's first weights


class DCGAN(Model):
    """A generator that makes images of noise, and a discriminator that tells them from real ones.

    The two are trained in turn, each with an optimizer of its own; D is the logit that an image is real:

        discriminator's loss = mean of softplus(-D(x)) + mean of softplus(D(G(z)))
        generator's loss     = mean of softplus(-D(G(z)))              z standard normal

    The generator's loss is the one that does not vanish while the discriminator is right. Images are from 0 to 1 and
    not, as in the paper, from -1 to 1; and the layers are as many as small images need.

    Shape: forward: n -> images (n, *image_shape)
    Source: Goodfellow et al., NeurIPS 2014; Radford, Metz and Chintala, ICLR 2016.

    Args:
        latent_size: how many random numbers an image is made of.
        image_shape: channels, height and width.
        widths: the discriminator's channels after each halving of the image; the generator has them in reverse.

    Raises:
        ShapeError: the images are too small to be halved once for each of the widths.

    >>> gan = DCGAN(16, image_shape=(1, 8, 8), widths=(8, 16))
    >>> fake = gan.sample(4)
    >>> fake.shape, gan.discriminator(fake).shape
    ((4, 1, 8, 8), (4,))
    """

    def __init__(self, latent_size: int = 64, image_shape: Shape = (1, 28, 28), widths: Sequence[int] = (32, 64)):
        (self.latent_size,) = checked_sizes("DCGAN", "latent_size", (latent_size,))
        widths = checked_sizes("DCGAN", "widths", widths)
        self.image_shape = checked_image_shape("DCGAN", image_shape, len(widths))
        self.generator = Generator(self.image_shape, widths[::-1])
        self.discriminator = Discriminator(widths)

    def forward(self, n: int) -> Variable:
        """So many images of fresh noise, through which gradients pass to the generator."""
        return self.generator(standard_normal(self, (n, self.latent_size)))

    def sample(self, n: int) -> Variable:
        """So many images of fresh noise: without a graph, and by the running statistics.

        Shape: n -> (n, *image_shape)
        """
        with no_grad(), test_mode():
            return self(n)

    def discriminator_loss(self, x: Any) -> Variable:
        """How badly the discriminator tells real images from as many made ones; the generator gets no gradient."""
        check_images("DCGAN", x, self.image_shape)
        with no_grad():
            fake = self(x.shape[0])
        real_logits, fake_logits = self.discriminator(x), self.discriminator(fake.detach())
        return F.mean(F.softplus(-real_logits)) + F.mean(F.softplus(fake_logits))

    def generator_loss(self, n: int) -> Variable:
        """How badly n made images pass for real ones.

        Gradients go through the discriminator and reach its parameters too: clear them before its own step.
        """
        return F.mean(F.softplus(-self.discriminator(self(n))))


class Generator(Layer):
    """A fully connected layer, then adjoint convolutions that double the image, with batch normalisation between.

    Shape: (N, latent_size) -> (N, *image_shape), from 0 to 1
    """

    def __init__(self, image_shape: Shape, widths: Sequence[int]):
        *self.sizes, (height, width) = halved(image_shape, len(widths))
        self.start = (widths[0], height, width)
        self.fc = Linear(math.prod(self.start), nobias=True, initializer=_small)
        self.deconvs = [
            Deconv2d(channels, 4, stride=2, pad=1, nobias=True, initializer=_small) for channels in widths[1:]
        ]
        self.norms = [BatchNorm() for _ in widths]
        self.last = Deconv2d(image_shape[0], 4, stride=2, pad=1, initializer=_small)

    def forward(self, z: Any) -> Variable:
        x = F.reshape(self.fc(z), (z.shape[0], *self.start))
        for deconv, norm, size in zip((*self.deconvs, self.last), self.norms, reversed(self.sizes), strict=True):
            x = deconv(F.relu(norm(x)), outsize=size)
        return F.sigmoid(x)


class Discriminator(Layer):
    """Convolutions that halve the image, with batch normalisation after all but the first, and one logit.

    Shape: (N, C, H, W) -> (N,)
    """

    def __init__(self, widths: Sequence[int]):
        self.convs = [
            Conv2d(width, 4, stride=2, pad=1, nobias=i > 0, initializer=_small) for i, width in enumerate(widths)
        ]
        self.norms = [BatchNorm() for _ in widths[1:]]
        self.fc = Linear(1, initializer=_small)

    def forward(self, x: Any) -> Variable:
        x = F.leaky_relu(self.convs[0](x))
        for conv, norm in zip(self.convs[1:], self.norms, strict=True):
            x = F.leaky_relu(norm(conv(x)))
        return F.squeeze(self.fc(F.flatten(x, 1)), 1)
