"""The variational autoencoder: its bound, its samples, and that it learns."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ShapeError, ValueRangeError
from rung.models import VAE
from rung.optimizers import Adam

RNG = np.random.default_rng(0)
KINDS = {"fully connected": {"hidden_sizes": (32,)}, "convolutional": {"hidden_sizes": (32,), "widths": (8, 16)},
         "no hidden layers": {"hidden_sizes": (), "widths": (4,)}}  # fmt: skip


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def images(n=6, shape=(1, 8, 8)):
    return RNG.random((n, *shape)).astype(np.float32)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 7), (2, 4, 13)])
def test_images_of_any_size_come_out_as_large(shape, kind):
    vae = VAE(shape, 5, **kind)
    logits, mean, log_var = vae(images(6, shape))
    assert logits.shape == (6, *shape)
    assert mean.shape == log_var.shape == (6, 5)
    assert vae.sample(3).shape == (3, *shape)
    assert vae.reconstruct(images(2, shape)).shape == (2, *shape)


def test_the_divergence_is_that_of_two_normal_distributions():
    """Against the mean of log q(z) - log p(z) over many z."""
    mean, log_var = np.array([[0.5, -1.0]]), np.array([[0.3, -1.2]])
    std = np.exp(log_var / 2)
    e = RNG.standard_normal((400_000, 2))
    z = mean + std * e
    sampled = (-(e**2) / 2 - log_var / 2 + z**2 / 2).sum(1).mean()
    assert VAE.divergence(rung.Variable(mean), rung.Variable(log_var)).item() == pytest.approx(sampled, abs=0.01)
    assert VAE.divergence(rung.Variable(mean * 0), rung.Variable(log_var * 0)).item() == 0


def test_the_loss_is_a_mean_over_images_of_sums_over_pixels():
    vae, x = VAE((1, 8, 8), 3, (16,)), images()
    rung.seed(1)
    loss = vae.loss(x, beta=2.0).item()
    rung.seed(1)
    logits, mean, log_var = (y.data.astype(float) for y in vae(x))
    p = 1 / (1 + np.exp(-logits))
    surprise = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum((1, 2, 3))
    divergence = 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var).sum(1)
    assert loss == pytest.approx((surprise + 2 * divergence).mean(), rel=1e-5)


def test_the_loss_is_no_less_than_the_true_surprise():
    """A bound: for one number z, the likelihood of an image can be integrated."""
    vae, x = VAE((1, 3, 3), 1, (8,)), images(4, (1, 3, 3))
    z = np.linspace(-8, 8, 4001, dtype=np.float32)[:, None]
    with rung.no_grad():
        logits = vae.decode(z).data.astype(float)
        bound = np.mean([vae.loss(x).item() for _ in range(500)])
    terms = x[:, None] * np.logaddexp(0, -logits) + (1 - x[:, None]) * np.logaddexp(0, logits)
    prior = np.exp(-(z[:, 0] ** 2) / 2) / np.sqrt(2 * np.pi)
    likelihood = (np.exp(-terms.sum((2, 3, 4))) * prior).sum(1) * (z[1, 0] - z[0, 0])
    assert bound > -np.log(likelihood).mean() - 0.02


def test_gradients_pass_through_the_draw():
    vae = VAE((1, 8, 8), 3, (16,))
    logits, _, _ = vae(images())
    F.sum(logits).backward()
    assert [name for name, p in vae.encoder.named_params() if p.grad is None or not abs(p.grad.data).max()] == []


def test_it_learns_one_batch(kind):
    rung.seed(0)
    x = np.zeros((6, 1, 8, 8), np.float32)
    for i in range(6):
        x[i, 0, i : i + 3, 1 : 2 + i] = 1
    vae = VAE((1, 8, 8), 4, **kind)
    optimizer = Adam(0.01).setup(vae)
    first = vae.loss(x).item()
    for _ in range(250):
        loss = vae.loss(x)
        vae.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < first / 3
    assert ((vae.reconstruct(x).data > 0.5) == x).mean() > 0.97


def test_the_same_seed_draws_the_same_samples():
    vae = VAE((1, 8, 8), 4, (16,), (4,))
    vae(x := images())
    draws = []
    for seed in (3, 3, 4):
        rung.seed(seed)
        draws.append((vae.sample(5).data, vae.loss(x).item()))
    np.testing.assert_array_equal(draws[0][0], draws[1][0])
    assert draws[0][1] == draws[1][1]
    assert abs(draws[0][0] - draws[2][0]).max() > 0
    assert (draws[0][0][0] != draws[0][0][1]).any()


def test_made_images_are_constants_from_0_to_1():
    vae = VAE((1, 8, 8), 4, (16,))
    for made in (vae.sample(5), vae.reconstruct(images()), vae.interpolate(*images(2), steps=5)):
        assert not made.differentiable
        assert made.dtype == np.float32
        assert made.data.min() >= 0
        assert made.data.max() <= 1


def test_an_interpolation_goes_from_one_reconstruction_to_the_other(kind):
    vae, x = VAE((1, 8, 8), 4, **kind), images(2)
    way, ends = vae.interpolate(x[0], x[1], steps=7).data, vae.reconstruct(x).data
    assert way.shape == (7, 1, 8, 8)
    np.testing.assert_allclose(way[[0, -1]], ends, atol=1e-6)
    middle = F.sigmoid(vae.decode(vae.encode(x)[0].data.mean(0, keepdims=True))).data
    np.testing.assert_allclose(way[3:4], middle, atol=1e-6)


def test_it_is_the_same_after_saving_and_loading(tmp_path, kind):
    vae, twin, x = VAE((1, 8, 8), 4, **kind), VAE((1, 8, 8), 4, **kind), images()
    vae(x)
    vae.save_weights(tmp_path / "vae.npz")
    twin.load_weights(tmp_path / "vae.npz")
    np.testing.assert_array_equal(twin.reconstruct(x).data, vae.reconstruct(x).data)


def test_what_does_not_fit_is_one_sentence():
    vae = VAE((1, 8, 8))
    with pytest.raises(ShapeError, match=r"VAE: expected images of shape \(N, 1, 8, 8\), but got x = .*\(6, 64\)"):
        vae.loss(images().reshape(6, 64))
    with pytest.raises(ShapeError, match="VAE: expected images"):
        vae.encode(images(2, (1, 9, 8)))
    with pytest.raises(ValueRangeError, match=r"expected images of at least 16x16 pixels, to be halved 4 times, but"):
        VAE((1, 8, 16), widths=(4, 4, 4, 4))
    with pytest.raises(ValueRangeError, match=r"VAE: expected a shape of images \(C, H, W\), but got \(8, 8\)"):
        VAE((8, 8))
    with pytest.raises(ValueRangeError, match="VAE: expected latent_size"):
        VAE((1, 8, 8), latent_size=0)
    with pytest.raises(ValueRangeError, match="at least 2 steps"):
        vae.interpolate(*images(2), steps=1)
    with pytest.raises(ValueRangeError, match="VAE: expected a number of samples"):
        vae.sample(-1)
    with pytest.raises(ValueRangeError, match="targets must be from 0 to 1"):
        vae.loss(2 * images() - 1)
