"""The U-Net: any size, time steps, and that it learns both to segment and to see noise."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ShapeError, ValueRangeError
from rung.models import UNet
from rung.optimizers import Adam

RNG = np.random.default_rng(0)


def images(n, channels, height, width):
    return RNG.standard_normal((n, channels, height, width)).astype(np.float32)


def fit(net, loss_of, steps, lr=0.01):
    optimizer = Adam(lr).setup(net)
    for _ in range(steps):
        loss = loss_of()
        net.cleargrads()
        loss.backward()
        optimizer.update()
    return loss_of().item()


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (1, 5), (1, 1), (13, 4)])
@pytest.mark.parametrize("widths", [(4,), (4, 6), (4, 8, 12)])
def test_the_result_has_the_size_of_the_images_whatever_it_is(size, widths):
    with rung.no_grad():
        y = UNet(3, widths)(images(2, 2, *size))
    assert y.shape == (2, 3, *size)
    assert y.dtype == np.float32
    assert np.isfinite(y.data).all()


def test_every_parameter_gets_a_gradient():
    net = UNet(2, (4, 8, 8), time_size=4)
    F.sum(net(images(2, 1, 8, 8), np.array([3, 90])) ** 2).backward()
    assert [name for name, p in net.named_params() if p.grad is None or not np.abs(p.grad.data).any()] == []


def test_the_result_for_an_image_does_not_depend_on_the_others():
    net, x = UNet(1, (4, 8), time_size=4), images(3, 1, 6, 6)
    t = np.array([0, 5, 50])
    alone = [net(x[i : i + 1], t[i : i + 1]).data for i in range(3)]
    np.testing.assert_allclose(net(x, t).data, np.concatenate(alone), rtol=1e-4, atol=1e-5)


def test_the_ways_across_carry_what_halving_loses():
    """With everything below the full resolution silenced, the image is still seen."""
    net = UNet(1, (4, 4))
    x = images(1, 1, 8, 8)
    net(x)  # learns the sizes
    for parameter in [*net.middle.params(), *net.encoder[1].params(), *net.ups[0].params()]:
        parameter.data = np.zeros_like(parameter.data)
    assert np.abs(net(x).data - net(-x).data).max() > 0.01


@pytest.mark.parametrize("width", [1, 4, 8, 24])
def test_the_time_step_matters_however_few_channels_there_are(width):
    """A shift before the normalisation would be undone by it where a group is one channel."""
    net, x = UNet(1, (width,), time_size=8), images(2, 1, 4, 4)
    early, late = net(x, np.array([0, 0])).data, net(x, np.array([0, 80])).data
    np.testing.assert_allclose(early[0], late[0], rtol=1e-4, atol=1e-5)
    assert np.abs(early[1] - late[1]).max() > 0.01


def test_it_learns_one_batch_to_segment():
    x = images(4, 1, 8, 8)
    t = (x[:, 0] > 0).astype(np.int64)
    net = UNet(2, (8, 8))
    assert fit(net, lambda: F.softmax_cross_entropy(net(x), t, axis=1), 30) < 0.05
    assert (net(x).data.argmax(axis=1) == t).mean() > 0.99


def test_it_learns_the_noise_of_one_batch():
    noise, t = images(4, 1, 4, 4), np.array([0, 10, 50, 99])
    x = 0.5 * noise + images(4, 1, 4, 4)
    net = UNet(1, (8, 16), time_size=8)
    assert fit(net, lambda: F.mean((net(x, t) - noise) ** 2), 50) < 0.1


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_weights_are_saved_and_loaded(tmp_path, ending):
    x, t = images(2, 1, 5, 5), np.array([1, 2])
    net, other = (UNet(1, (4, 8), time_size=4) for _ in range(2))
    y = net(x, t).data
    assert np.abs(other(x, t).data - y).max() > 0
    net.save_weights(tmp_path / f"net.{ending}")
    other.load_weights(tmp_path / f"net.{ending}")
    np.testing.assert_array_equal(other(x, t).data, y)


@pytest.mark.parametrize(
    ("make", "call", "error", "text"),
    [
        (lambda: UNet(1, ()), None, ValueRangeError, "UNet: expected widths to be positive integers"),
        (lambda: UNet(1, (4,), time_size=5), None, ValueRangeError, "UNet: expected an even time_size"),
        (lambda: UNet(1, (4,)), (np.ones((2, 4, 4)),), ShapeError, r"UNet: expected images of shape \(N, C, H, W\)"),
        (lambda: UNet(1, (4,)), (np.ones((2, 1, 0, 4)),), ShapeError, r"UNet: expected images of shape"),
        (lambda: UNet(1, (4,)), (np.ones((2, 1, 4, 4)), np.arange(2)), ValueRangeError, "give UNet a time_size"),
        (lambda: UNet(1, (4,), 4), (np.ones((2, 1, 4, 4)),), ValueRangeError, "call it with images and time steps"),
        (lambda: UNet(1, (4,), 4), (np.ones((2, 1, 4, 4)), np.arange(3)), ShapeError, "one time step for each image"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(make, call, error, text):
    with pytest.raises(error, match=text) as caught:
        make()(*call)
    assert len(str(caught.value).splitlines()) <= 1 or call
