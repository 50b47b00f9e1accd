"""The generative adversarial network: who learns when, and that both do."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ShapeError, ValueRangeError
from rung.models import DCGAN
from rung.optimizers import Adam

RNG = np.random.default_rng(0)


def images(n=6, shape=(1, 8, 8)):
    return RNG.random((n, *shape)).astype(np.float32)


def small(shape=(1, 8, 8)):
    return DCGAN(shape, latent_size=4, widths=(8, 16))


def untouched(layer):
    return all(p.grad is None for p in layer.params())


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 7), (2, 4, 13)])
@pytest.mark.parametrize("widths", [(8,), (8, 4, 2)[:2]])
def test_images_of_any_size(shape, widths):
    gan = DCGAN(shape, 4, widths)
    made = gan.sample(5)
    assert made.shape == (5, *shape)
    assert made.dtype == np.float32
    assert made.data.min() >= 0
    assert made.data.max() <= 1
    assert not made.differentiable
    assert gan(images(5, shape)).shape == (5,)


def test_the_discriminators_loss_leaves_the_generator_alone():
    gan = small()
    gan.discriminator_loss(images()).backward()
    assert untouched(gan.generator)
    assert all(p.grad is not None for p in gan.discriminator.params())


def test_the_generators_loss_reaches_all_of_the_generator():
    gan = small()
    gan.generator_loss(6).backward()
    assert [n for n, p in gan.generator.named_params() if p.grad is None or not abs(p.grad.data).max()] == []


def test_losses_are_the_surprise_at_real_and_made():
    gan, x = small(), images()
    with rung.no_grad():
        rung.seed(1)
        loss = gan.discriminator_loss(x, target=0.9).item()
        rung.seed(1)
        made = gan.sample(6)
        real, fake = gan(x).data.astype(float), gan(made).data.astype(float)
        rung.seed(1)
        passing = gan.generator_loss(6).item()
    expected = 0.9 * np.logaddexp(0, -real) + 0.1 * np.logaddexp(0, real) + np.logaddexp(0, fake)
    assert loss == pytest.approx(expected.mean(), rel=1e-5)
    assert passing == pytest.approx(np.logaddexp(0, -fake).mean(), rel=1e-5)


def test_both_are_in_train_mode_while_they_learn():
    """Running statistics of both follow in both losses, as long as nobody is frozen."""
    gan = small()
    for loss in (lambda: gan.discriminator_loss(images()), lambda: gan.generator_loss(6)):
        before = [b.data.copy() if b.is_sized else None for _, b in gan.named_buffers()]
        loss()
        for old, (_, buffer) in zip(before, gan.named_buffers(), strict=True):
            assert old is None or (buffer.data != old).any()


def test_in_test_mode_an_image_is_a_matter_of_its_own_noise():
    gan = small()
    z = gan.noise(6)
    with rung.no_grad():
        assert abs(gan.generator(z).data[:2] - gan.generator(z[:2]).data).max() > 1e-4
        with rung.test_mode():
            np.testing.assert_allclose(gan.generator(z).data[:2], gan.generator(z[:2]).data, atol=1e-6)


def test_the_discriminator_learns_one_batch():
    rung.seed(0)
    gan, x = small(), (images() > 0.5).astype(np.float32)
    optimizer = Adam(0.002).setup(gan.discriminator)
    for _ in range(60):
        loss = gan.discriminator_loss(x)
        gan.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.1  # from 1.4


def test_the_generator_learns_to_make_the_only_image_there_is():
    rung.seed(0)
    x = np.zeros((16, 1, 8, 8), np.float32)
    x[:, :, 2:6, 3:5] = 1
    gan = small()
    forger = Adam(0.002, beta1=0.5).setup(gan.generator)
    detective = Adam(0.002, beta1=0.5).setup(gan.discriminator)
    for _ in range(200):
        for loss_of, optimizer in (
            (lambda: gan.discriminator_loss(x, target=0.9), detective),
            (lambda: gan.generator_loss(16), forger),
        ):
            loss = loss_of()
            gan.cleargrads()
            loss.backward()
            optimizer.update()
    assert F.mean(abs(gan.sample(16) - x[:1])).item() < 0.1  # from 0.5


def test_the_same_seed_draws_the_same_samples():
    gan = small()
    gan.sample(2)
    draws = []
    for seed in (3, 3, 4):
        rung.seed(seed)
        with rung.test_mode():
            draws.append(gan.sample(5).data)
    np.testing.assert_array_equal(draws[0], draws[1])
    assert abs(draws[0] - draws[2]).max() > 0
    assert (draws[0][0] != draws[0][1]).any()


def test_it_is_the_same_after_saving_and_loading(tmp_path):
    gan, twin, x = small(), small(), images()
    gan.discriminator_loss(x)
    gan.save_weights(tmp_path / "gan.npz")
    twin.load_weights(tmp_path / "gan.npz")
    z = gan.noise(5)
    with rung.test_mode(), rung.no_grad():
        np.testing.assert_array_equal(twin(x).data, gan(x).data)
        np.testing.assert_array_equal(twin.generator(z).data, gan.generator(z).data)


def test_what_does_not_fit_is_one_sentence():
    with pytest.raises(ShapeError, match=r"DCGAN: expected images of shape \(N, 1, 8, 8\)"):
        small()(images(2, (1, 8, 9)))
    with pytest.raises(ValueRangeError, match="DCGAN: expected images of at least 4x4 pixels, to be halved 2 times"):
        small((1, 3, 8))
    with pytest.raises(ValueRangeError, match="DCGAN: expected the width of at least one convolution, but got none"):
        DCGAN((1, 8, 8), widths=())
    with pytest.raises(ValueRangeError, match="DCGAN: expected latent_size"):
        DCGAN((1, 8, 8), latent_size=0)
    with pytest.raises(ValueRangeError, match="DCGAN: expected a number of images"):
        small().sample(-1)
