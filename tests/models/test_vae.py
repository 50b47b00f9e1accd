"""The variational autoencoder: its loss is the bound, and what it makes is reproducible and learnt."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ShapeError, ValueRangeError
from rung.models import VAE
from rung.optimizers import Adam

RNG = np.random.default_rng(0)
X = (RNG.random((6, 1, 8, 8)) < 0.3).astype(np.float32)
KINDS = {"connected": {"widths": (32,)}, "convolutional": {"widths": (8, 16), "convolutional": True}}


def make(kind="connected", latent_size=4, image_shape=(1, 8, 8), **options):
    return VAE(latent_size, image_shape, **(KINDS[kind] | options))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("image_shape", [(1, 8, 8), (3, 7, 5), (2, 9, 14)])
def test_shapes_and_that_images_are_probabilities(kind, image_shape):
    model, x = make(kind, image_shape=image_shape), RNG.random((5, *image_shape)).astype(np.float32)
    logits, mean, log_variance = model(x)
    assert (logits.shape, mean.shape, log_variance.shape) == (x.shape, (5, 4), (5, 4))
    assert model.loss(x).shape == ()
    made = model.sample(3), model.reconstruct(x), model.interpolate(x[0], x[1], 4)
    assert [y.shape[0] for y in made] == [3, 5, 4]
    for y in made:
        assert y.shape[1:] == image_shape
        assert y.dtype == np.float32
        assert y.data.min() >= 0
        assert y.data.max() <= 1
        assert y.creator is None


def test_samples_can_be_drawn_before_anything_was_seen():
    assert make().sample(2).shape == (2, 1, 8, 8)


def test_the_divergence_is_that_of_two_normal_distributions():
    """Against the integral of q log(q / p), summed over a fine grid."""
    model = make(latent_size=1)
    mean, log_variance = (y.data.astype(float).ravel() for y in model.encode(X))
    z = np.linspace(-12, 12, 20_001)
    std = np.exp(log_variance / 2)[:, None]
    log_q = -((z - mean[:, None]) ** 2) / (2 * std**2) - np.log(std * np.sqrt(2 * np.pi))
    log_p = -(z**2) / 2 - np.log(np.sqrt(2 * np.pi))
    integral = (np.exp(log_q) * (log_q - log_p)).sum(axis=1) * (z[1] - z[0])
    assert model.loss_terms(X)[1].item() == pytest.approx(integral.mean(), rel=1e-4)


def test_the_loss_is_a_bound_of_what_importance_sampling_finds():
    model = make(latent_size=2)
    with rung.no_grad():
        bound = np.mean([model.loss(X).item() for _ in range(200)])
        z = rung.random.generator().standard_normal((4000, 2)).astype(np.float32)
        logits = model.decode(z).data.reshape(4000, 1, 64)
    x = X.reshape(1, 6, 64)
    log_likelihood = (x * logits - np.logaddexp(0, logits)).sum(axis=2)  # (draws, images)
    evidence = np.log(np.exp(log_likelihood - log_likelihood.max(axis=0)).mean(axis=0)) + log_likelihood.max(axis=0)
    assert -evidence.mean() < bound < -evidence.mean() + 5


def test_latent_vectors_are_drawn_and_gradients_pass_through_the_draw():
    model = make()
    assert np.abs(model(X)[0].data - model(X)[0].data).max() > 0
    F.sum(model(X)[0] ** 2).backward()  # no divergence in it: the encoder hears of it through the draw alone
    assert all(np.abs(p.grad.data).any() for p in model.encoder.params())


def test_trials_multiply_the_cross_entropy_alone():
    one, many = make(), make(trials=16)
    one.loss(X), many.loss(X)
    many.load_state_dict(one.state_dict())
    rung.seed(1)
    surprise, divergence = one.loss_terms(X)
    rung.seed(1)
    surprises, divergences = many.loss_terms(X)
    assert surprises.item() == pytest.approx(16 * surprise.item(), rel=1e-5)
    assert divergences.item() == pytest.approx(divergence.item())


def test_the_ends_of_an_interpolation_are_the_reconstructions():
    model = make()
    way, ends = model.interpolate(X[0], X[1], 5).data, model.reconstruct(X[:2]).data
    np.testing.assert_allclose(way[[0, -1]], ends, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_it_learns_one_batch(kind):
    model = make(kind)
    before = model.loss(X).item()
    optimizer = Adam(0.01).setup(model)
    for _ in range(150):
        loss = model.loss(X)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert model.loss(X).item() < before / 2
    assert ((model.reconstruct(X).data > 0.5) == X).mean() > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_give_the_same_images_and_other_seeds_others(kind):
    def images(seed):
        rung.seed(seed)
        model = make(kind)
        return model.loss(X).item(), model.sample(3).data

    (loss, first), (same, second), (_, third) = images(1), images(1), images(2)
    assert loss == same
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - third).max() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_saved_and_loaded(tmp_path, kind):
    model, other = make(kind), make(kind)
    model.loss(X), other.loss(X)
    model.save_weights(tmp_path / "vae.safetensors")
    other.load_weights(tmp_path / "vae.safetensors")
    np.testing.assert_array_equal(other.reconstruct(X).data, model.reconstruct(X).data)


def test_what_does_not_fit_is_refused_in_one_sentence():
    with pytest.raises(ShapeError, match=r"VAE: expected images of shape \(N, 1, 8, 8\)"):
        make().loss(X[:, :, :4])
    with pytest.raises(ShapeError, match=r"VAE: expected latent vectors of shape \(N, 4\)"):
        make().decode(np.ones((2, 3)))
    with pytest.raises(ShapeError, match="VAE: 2 halvings need images of at least 4 x 4, but they are 3 x 8"):
        make("convolutional", image_shape=(1, 3, 8))
    with pytest.raises(ShapeError, match="VAE: expected image_shape to be"):
        make(image_shape=(8, 8))
    with pytest.raises(ValueRangeError, match="VAE: expected latent_size to be positive integers"):
        make(latent_size=0)
    with pytest.raises(ValueRangeError, match="VAE: expected at least 2 steps"):
        make().interpolate(X[0], X[1], 1)
    with pytest.raises(ValueRangeError, match="targets must be from 0 to 1"):
        make().loss(X * 2)
