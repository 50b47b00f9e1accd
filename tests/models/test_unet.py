"""The U-Net: any size of image, times and classes, and that it learns."""

import numpy as np
import pytest

import rung
from rung import Variable, grad
from rung.errors import ShapeError, ValueRangeError
from rung.models import UNet
from rung.optimizers import Adam

RNG = np.random.default_rng(0)


def images(n=2, channels=1, height=8, width=8):
    return RNG.standard_normal((n, channels, height, width)).astype(np.float32)


def stirred(model, *inputs, **options):
    """The model with random weights everywhere: the convolutions that begin as zeros hide much."""
    model(*inputs, **options)
    for p in model.params():
        p.data[...] = RNG.standard_normal(p.shape) * 0.2
    return model


@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 7), (5, 16), (4, 1), (1, 1)])
@pytest.mark.parametrize("widths", [(8,), (8, 16), (8, 16, 8)])
def test_an_image_of_any_size_comes_out_as_large(height, width, widths):
    with rung.no_grad():
        assert UNet(3, widths)(images(2, 4, height, width)).shape == (2, 3, height, width)


def test_an_empty_batch_passes():
    net = UNet(1, (8, 16), time_size=8, classes=3, num_heads=2)
    net(images(), time=0)
    with rung.no_grad():
        assert net(images(0), time=np.zeros(0, int), label=np.zeros(0, int)).shape == (0, 1, 8, 8)


def test_each_image_is_told_its_own_time_and_class():
    x, time, label = images(3), np.array([0, 5, 9]), np.array([2, 0, 1])
    net = stirred(UNet(1, (8, 16), time_size=8, classes=3, num_heads=2), x, time, label)
    with rung.no_grad():
        together = net(x, time, label).data
        alone = [net(x[i : i + 1], int(time[i]), Variable(label[i : i + 1])).data for i in range(3)]
        other_time, other_label = net(x, time + 1, label).data, net(x, time, (label + 1) % 3).data
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-4, atol=1e-5)
    for other in (other_time, other_label):
        assert (abs(together - other).max((1, 2, 3)) > 1e-3).all()


def test_no_label_is_the_label_of_no_class():
    net = stirred(UNet(1, (8,), classes=3), x := images())
    with rung.no_grad():
        np.testing.assert_array_equal(net(x).data, net(x, label=np.array([3, 3])).data)
        assert abs(net(x).data - net(x, label=np.array([2, 2])).data).max() > 1e-3


def test_details_pass_by_the_depths():
    """A pixel reaches its own place in the result over the first skip, even if the depths are silent."""
    net = stirred(UNet(1, (8, 16)), x := images())
    for block in net.middle:
        for p in block.params():
            p.data[...] = 0
    changed = x.copy()
    changed[:, :, 3, 3] += 1
    with rung.no_grad():
        assert abs(net(changed).data - net(x).data)[:, :, 3, 3].min() > 1e-3


def test_attention_reaches_every_place():
    """One pixel moves all others; by convolutions alone, a corner knows nothing of the one across."""
    x = Variable(images(1, 1, 48, 48))
    for heads, reaches in ((None, False), (2, True)):
        net = stirred(UNet(1, (8,), groups=8, num_heads=heads), x)
        for name, layer in net.named_layers():  # normalisations see all places of an example
            if type(layer).__name__ == "GroupNorm":
                layer.forward = lambda x: x
                assert name
        seen = grad(net(x)[0, 0, 0, 0], x).data[0, 0, -1, -1]
        assert (seen != 0) == reaches


def test_every_parameter_gets_a_gradient():
    net = UNet(2, (8, 16, 16), time_size=8, classes=3, num_heads=4)
    stirred(net, images(), 1, np.array([0, 1]))
    (net(images(), np.array([3, 4]), np.array([0, 1])) ** 2).mean().backward()
    assert [name for name, p in net.named_params() if p.grad is None or not abs(p.grad.data).max()] == []


def test_it_learns_the_noise_in_one_batch():
    rung.seed(0)
    x, noise, time = images(8, 1, 6, 7), images(8, 1, 6, 7), np.arange(8)
    net = UNet(1, (8, 16), time_size=8)
    optimizer = Adam(0.01).setup(net)
    for _ in range(120):
        loss = ((net(x + noise, time) - noise) ** 2).mean()
        net.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.1  # from 1


def test_it_learns_to_segment():
    """Two classes at every pixel: whether it lies within the square."""
    rung.seed(0)
    labels = np.zeros((6, 8, 8), int)
    for i, (top, left) in enumerate(RNG.integers(0, 5, (6, 2))):
        labels[i, top : top + 4, left : left + 4] = 1
    x = (labels[:, None] + 0.3 * RNG.standard_normal((6, 1, 8, 8))).astype(np.float32)
    net = UNet(2, (8, 16))
    optimizer = Adam(0.01).setup(net)
    for _ in range(60):
        logits = net(x).transpose(0, 2, 3, 1).reshape(-1, 2)
        loss = rung.functions.softmax_cross_entropy(logits, labels.ravel())
        net.cleargrads()
        loss.backward()
        optimizer.update()
    assert (logits.data.argmax(1) == labels.ravel()).mean() > 0.97


def test_it_is_the_same_after_saving_and_loading(tmp_path):
    x, options = images(), {"time": np.array([1, 2]), "label": np.array([0, 3])}
    net, twin = (UNet(1, (8, 16), time_size=8, classes=3, num_heads=2) for _ in range(2))
    stirred(net, x, **options).save_weights(tmp_path / "unet.npz")
    twin(x, **options)
    twin.load_weights(tmp_path / "unet.npz")
    np.testing.assert_array_equal(twin(x, **options).data, net(x, **options).data)


def test_what_does_not_fit_is_one_sentence():
    x = images()
    for message, widths, options in [
        (r"UNet: expected one width or more, each divisible by the 8 groups, but got \(8, 12\)", (8, 12), {}),
        ("UNet: expected one width or more", (), {}),
        ("UNet: num_heads must divide the last width, but they are 3 and 16", (8, 16), {"num_heads": 3}),
        ("UNet: expected time_size to be an integer", (8,), {"time_size": 0}),
    ]:
        with pytest.raises(ValueRangeError, match=message):
            UNet(1, widths, **options)
    with pytest.raises(ShapeError, match=r"UNet: expected images of shape \(N, C, H, W\)"):
        UNet(1, (8,))(x[0])
    with pytest.raises(ValueRangeError, match="UNet: .* build it with `time_size`"):
        UNet(1, (8,))(x, time=1)
    with pytest.raises(ValueRangeError, match="UNet: .* give `time`"):
        UNet(1, (8,), time_size=8)(x)
    with pytest.raises(ValueRangeError, match="UNet: expected no label"):
        UNet(1, (8,))(x, label=np.array([0, 1]))
    with pytest.raises(ShapeError, match="UNet: expected time to be one number for each image"):
        UNet(1, (8,), time_size=8)(x, time=np.zeros(3))
