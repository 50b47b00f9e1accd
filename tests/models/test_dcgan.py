"""The DCGAN: who learns from which loss, and that each side can win."""

import numpy as np
import pytest

import rung
from rung.errors import ShapeError, ValueRangeError
from rung.models import DCGAN
from rung.optimizers import Adam

RNG = np.random.default_rng(0)
X = np.zeros((16, 1, 8, 8), np.float32)
X[:, :, 2:6, 3:5] = RNG.uniform(0.8, 1.0, (16, 1, 1, 1))  # a stroke


def make(**options):
    return DCGAN(**{"latent_size": 8, "image_shape": (1, 8, 8), "widths": (8, 16)} | options)


def take_steps(gan, optimizer, loss_of, steps):
    for _ in range(steps):
        gan.cleargrads()
        loss = loss_of()
        loss.backward()
        optimizer.update()
    return loss_of().item()


@pytest.mark.parametrize("image_shape", [(1, 8, 8), (3, 7, 5), (2, 4, 11)])
@pytest.mark.parametrize("widths", [(4,), (4, 6)])
def test_shapes_and_the_range_of_images(image_shape, widths):
    gan = make(image_shape=image_shape, widths=widths)
    images = gan(5)
    assert images.shape == gan.sample(5).shape == (5, *image_shape)
    assert images.dtype == np.float32
    assert images.data.min() >= 0
    assert images.data.max() <= 1
    assert gan.discriminator(images).shape == (5,)
    assert gan.discriminator_loss(images.data).shape == gan.generator_loss(5).shape == ()


def test_samples_can_be_drawn_first_and_go_by_the_running_statistics():
    gan = make()
    assert gan.sample(2).creator is None
    rung.seed(3)
    alone = gan.sample(1).data
    gan(50)  # in training mode: the statistics move
    rung.seed(3)
    assert np.abs(gan.sample(1).data - alone).max() > 0
    rung.seed(3)
    first = gan.sample(1).data
    rung.seed(3)
    np.testing.assert_allclose(gan.sample(9).data[:1], first, rtol=1e-4, atol=1e-6)


def test_the_losses_are_those_of_the_paper():
    """With probabilities of being real, and logarithms of them."""
    gan = make()
    gan.discriminator_loss(X)
    with rung.test_mode(), rung.no_grad():
        rung.seed(5)
        fake = gan(16).data
        real, made = (1 / (1 + np.exp(-gan.discriminator(x).data.astype(float))) for x in (X, fake))
        rung.seed(5)
        loss = gan.discriminator_loss(X).item()
        assert loss == pytest.approx(-np.log(real).mean() - np.log(1 - made).mean(), rel=1e-5)
        rung.seed(5)
        assert gan.generator_loss(16).item() == pytest.approx(-np.log(made).mean(), rel=1e-5)


def test_the_generator_gets_no_gradient_of_the_discriminators_loss():
    gan = make()
    gan.discriminator_loss(X).backward()
    assert all(p.grad is None for p in gan.generator.params())
    assert all(np.abs(p.grad.data).any() for name, p in gan.discriminator.named_params())
    gan.cleargrads()
    gan.generator_loss(4).backward()
    assert all(p.grad is not None for p in gan.generator.params())


def test_the_discriminator_learns_one_batch():
    gan = make()
    optimizer = Adam(0.002, beta1=0.5).setup(gan.discriminator)
    assert take_steps(gan, optimizer, lambda: gan.discriminator_loss(X), 50) < 0.1


def test_the_generator_learns_to_please_a_discriminator():
    gan = make()
    take_steps(gan, Adam(0.002).setup(gan.discriminator), lambda: gan.discriminator_loss(X), 10)
    before = gan.generator_loss(16).item()
    after = take_steps(gan, Adam(0.01).setup(gan.generator), lambda: gan.generator_loss(16), 40)
    assert after < before / 2


def test_in_turn_they_learn_one_batch():
    """The images become the strokes that are shown."""
    gan = make(widths=(8,))
    judge, maker = Adam(0.002, beta1=0.5).setup(gan.discriminator), Adam(0.005, beta1=0.5).setup(gan.generator)
    before = np.abs(gan.sample(50).data - X[:1]).mean()
    for _ in range(100):
        take_one(gan, judge, lambda: gan.discriminator_loss(X))
        take_one(gan, maker, lambda: gan.generator_loss(16))
    assert np.abs(gan.sample(50).data - X[:1]).mean() < before / 4


def take_one(gan, optimizer, loss_of):
    gan.cleargrads()
    loss_of().backward()
    optimizer.update()


def test_seeds_give_the_same_images_and_other_seeds_others():
    def images(seed):
        rung.seed(seed)
        return make()(4).data

    np.testing.assert_array_equal(images(1), images(1))
    assert np.abs(images(1) - images(2)).max() > 0


def test_weights_and_running_statistics_are_saved_and_loaded(tmp_path):
    gan, other = make(), make()
    gan.discriminator_loss(X), other.discriminator_loss(X)
    gan.save_weights(tmp_path / "gan.npz")
    other.load_weights(tmp_path / "gan.npz")
    rung.seed(7)
    samples = gan.sample(3).data
    rung.seed(7)
    np.testing.assert_array_equal(other.sample(3).data, samples)


def test_what_does_not_fit_is_refused_in_one_sentence():
    with pytest.raises(ShapeError, match=r"DCGAN: expected images of shape \(N, 1, 8, 8\)"):
        make().discriminator_loss(X[:, :, 1:])
    with pytest.raises(ShapeError, match="DCGAN: 4 halvings need images of at least 16 x 16"):
        make(widths=(4, 4, 4, 4))
    with pytest.raises(ValueRangeError, match="DCGAN: expected widths to be positive integers"):
        make(widths=())
