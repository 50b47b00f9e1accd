"""The variational autoencoder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import rung.functions as F
from rung.config import no_grad, test_mode
from rung.core.variable import Variable
from rung.errors import ShapeError, ValueRangeError, message
from rung.initializers import he_normal
from rung.layers import Conv2d, Deconv2d, Layer, Linear
from rung.models.latent import check_images, checked_image_shape, checked_sizes, halved, standard_normal
from rung.models.mlp import MLP, Model
from rung.shapes import Shape


class VAE(Model):
    """Images from a few numbers, and the few numbers of an image: a variational autoencoder.

    The encoder gives a normal distribution of latent vectors for an image, the decoder the probability of ink at each
    pixel for a latent vector. What is made small is the negative evidence lower bound, in nats for each image:

        loss = E[-log p(x | z)] + KL(q(z | x) || p(z))       z = mean + std e,  e and p(z) standard normal
        KL = sum of (mean ** 2 + std ** 2 - 1 - log std ** 2) / 2

    Shape: images (N, *image_shape), from 0 to 1 -> mean and log variance, (N, latent_size) each.
    Source: Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014.

    Args:
        latent_size: how many numbers stand for an image.
        image_shape: channels, height and width.
        widths: of the encoder's hidden layers; the decoder has them in reverse. If `convolutional`, the channels
            after each halving of the image.
        convolutional: 4x4 kernels with stride 2 in place of fully connected layers.

    Raises:
        ShapeError: the images are too small to be halved once for each of the widths.

    >>> import numpy as np
    >>> model = VAE(2, image_shape=(1, 8, 8), widths=(16,))
    >>> model.loss(np.zeros((5, 1, 8, 8), "float32")).shape, model.sample(3).shape
    ((), (3, 1, 8, 8))
    """

    def __init__(
        self,
        latent_size: int,
        image_shape: Shape = (1, 28, 28),
        widths: Sequence[int] | None = None,
        convolutional: bool = False,
    ):
        (self.latent_size,) = checked_sizes("VAE", "latent_size", (latent_size,))
        widths = checked_sizes("VAE", "widths", widths or ((32, 64) if convolutional else (400,)))
        self.image_shape = checked_image_shape("VAE", image_shape, len(widths) if convolutional else 0)
        if convolutional:
            self.encoder: Layer = ConvEncoder(2 * latent_size, widths)
            self.decoder: Layer = ConvDecoder(self.image_shape, widths[::-1])
        else:
            self.encoder = MLP((*widths, 2 * latent_size), F.relu)
            self.decoder = MLP((*widths[::-1], math.prod(self.image_shape)), F.relu)

    def encode(self, x: Any) -> tuple[Variable, Variable]:
        """The mean and the logarithm of the variance of an image's latent vector."""
        check_images("VAE", x, self.image_shape)
        mean, log_variance = F.split(self.encoder(x), 2, axis=1)
        return mean, log_variance

    def decode(self, z: Any) -> Variable:
        """The logits of ink at each pixel.

        Shape: (N, latent_size) -> (N, *image_shape)
        """
        if tuple(z.shape[1:]) != (self.latent_size,) or len(z.shape) != 2:
            raise ShapeError(message("VAE", f"expected latent vectors of shape (N, {self.latent_size})", z=z))
        return F.reshape(self.decoder(z), (z.shape[0], *self.image_shape))

    def forward(self, x: Any) -> tuple[Variable, Variable, Variable]:
        """The logits of a drawn latent vector, and the mean and log variance that it was drawn from."""
        mean, log_variance = self.encode(x)
        return self.decode(F.normal(mean, F.exp(log_variance / 2))), mean, log_variance

    def loss_terms(self, x: Any) -> tuple[Variable, Variable]:
        """The two terms of the loss, in nats for each image: cross entropy and Kullback-Leibler divergence."""
        logits, mean, log_variance = self(x)
        divergence = (mean**2 + F.exp(log_variance) - 1 - log_variance) / 2
        return F.sigmoid_cross_entropy(logits, x), F.mean(F.sum(divergence, axis=1))

    def loss(self, x: Any) -> Variable:
        """The negative evidence lower bound, in nats for each image, from one drawn latent vector each."""
        reconstruction, divergence = self.loss_terms(x)
        return reconstruction + divergence

    # What is looked at: without a graph, and as probabilities of ink ------------------------------------------

    def sample(self, n: int) -> Variable:
        """Images from latent vectors that are drawn from the standard normal distribution.

        Shape: n -> (n, *image_shape)
        """
        return self._image(standard_normal(self, (n, self.latent_size)))

    def reconstruct(self, x: Any) -> Variable:
        """Images from the means of the latent vectors of images.

        Shape: (N, *image_shape) -> the same.
        """
        with no_grad(), test_mode():
            return self._image(self.encode(x)[0])

    def interpolate(self, a: Any, b: Any, steps: int = 8) -> Variable:
        """Images on the straight way from the mean of one image's latent vector to that of another, both included.

        Shape: two of image_shape -> (steps, *image_shape)
        """
        if not isinstance(steps, int) or steps < 2:
            raise ValueRangeError(f"VAE: expected at least 2 steps from one image to another, but got {steps!r}")
        with no_grad(), test_mode():
            start, end = (self.encode(F.expand_dims(x, 0))[0] for x in (a, b))
            shares = [step / (steps - 1) for step in range(steps)]
            return self._image(F.concat([start * (1 - share) + end * share for share in shares]))

    def _image(self, z: Variable) -> Variable:
        with no_grad(), test_mode():
            return F.sigmoid(self.decode(z))


class ConvEncoder(Layer):
    """Convolutions that halve an image again and again, and a fully connected layer.

    Shape: (N, C, H, W) -> (N, out_size)
    """

    def __init__(self, out_size: int, widths: Sequence[int]):
        self.convs = [Conv2d(width, 4, stride=2, pad=1, initializer=he_normal) for width in widths]
        self.fc = Linear(out_size)

    def forward(self, x: Any) -> Variable:
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.fc(F.flatten(x, 1))


class ConvDecoder(Layer):
    """A fully connected layer, and adjoint convolutions that double an image again and again.

    Shape: (N, in_size) -> (N, *image_shape)
    """

    def __init__(self, image_shape: Shape, widths: Sequence[int]):
        *self.sizes, (height, width) = halved(image_shape, len(widths))
        self.start = (widths[0], height, width)
        self.fc = Linear(math.prod(self.start), initializer=he_normal)
        self.deconvs = [
            Deconv2d(channels, 4, stride=2, pad=1, initializer=he_normal)
            for channels in (*widths[1:], image_shape[0])
        ]

    def forward(self, z: Any) -> Variable:
        x = F.reshape(self.fc(z), (z.shape[0], *self.start))
        for deconv, size in zip(self.deconvs, reversed(self.sizes), strict=True):
            x = deconv(F.relu(x), outsize=size)
        return x
