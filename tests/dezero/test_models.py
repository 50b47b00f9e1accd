"""The book's networks."""

import numpy as np
import pytest

import rung.dezero as dezero
import rung.dezero.functions as F
import rung.dezero.layers as L
from rung.dezero import models
from rung.errors import ValueRangeError

Image = pytest.importorskip("PIL.Image")


def test_a_sequential_takes_layers_and_functions():
    model = models.Sequential(L.Linear(4), F.relu, lambda x: x * 2, L.Linear(3))
    assert model(np.ones((2, 5), np.float32)).shape == (2, 3)
    assert [name for name, _ in model.named_params()] == ["l0.W", "l0.b", "l3.W", "l3.b"]
    assert model.l1 is F.relu


def test_an_mlp_has_an_activation_between_its_layers_alone():
    model = models.MLP((4, 3), activation=F.tanh)
    x = np.ones((2, 5), np.float32)
    y = model(x)
    expected = np.tanh(x @ model.l0.W.data + model.l0.b.data) @ model.l1.W.data + model.l1.b.data
    assert np.allclose(y.data, expected, atol=1e-6)


def test_a_model_draws_its_graph(tmp_path):
    models.MLP((4, 3)).plot(np.ones((2, 5)), to_file=str(tmp_path / "model.dot"))
    assert "linear" in (tmp_path / "model.dot").read_text()


@pytest.mark.filterwarnings("ignore:overflow")
def test_vgg16_has_the_books_names_and_sizes(monkeypatch):
    monkeypatch.setattr(
        L.Linear, "_init_W", lambda self, xp=np: setattr(self.W, "data", np.zeros((self.in_size, self.out_size), "f"))
    )
    model = models.VGG16()
    with dezero.no_grad(), dezero.test_mode():
        y = model(np.random.rand(1, 3, 32, 32).astype("f"))
    assert y.shape == (1, 1000)
    names = [name for name, _ in model.named_params()]
    assert names[:4] == ["conv1_1.W", "conv1_1.b", "conv1_2.W", "conv1_2.b"]
    assert names[-2:] == ["fc8.W", "fc8.b"]
    assert len(names) == 32
    assert model.conv5_3.outputs


def test_vgg16_prepares_images_as_the_books_weights_take_them():
    x = models.VGG16.preprocess(Image.new("RGB", (10, 20), (255, 128, 0)))
    assert (x.shape, x.dtype) == ((3, 224, 224), np.float32)
    assert np.allclose(x[:, 0, 0], [-103.939, 128 - 116.779, 255 - 123.68])
    assert models.VGG16.preprocess(Image.new("L", (10, 20)), size=None).shape == (3, 20, 10)


@pytest.mark.parametrize(("layers", "count"), [(50, 53), (101, 104)])
def test_resnets_have_the_books_names_and_sizes(layers, count):
    model = models.ResNet(layers)
    names = [name for name, _ in model._named_state()]
    assert {"conv1.W", "res2.a.conv4.W", "res2.b1.bn1.avg_mean", "res5.b2.conv3.W", "fc6.b"} <= set(names)
    assert sum(name.split(".")[-2].startswith("conv") and name.endswith("W") for name in names) == count


def test_a_resnet_computes():
    model = models.ResNet50()
    with dezero.no_grad(), dezero.test_mode():
        y = model(np.random.rand(1, 3, 32, 32).astype("f"))
    assert y.shape == (1, 1000)
    assert model.res3.a.conv1.W.shape == (128, 256, 1, 1)
    with pytest.raises(ValueRangeError, match="50, 101 or 152"):
        models.ResNet(18)


@pytest.mark.parametrize("fb", [False, True])
def test_a_bottleneck_halves_the_resolution_at_one_of_two_places(fb):
    block = models.BottleneckA(4, 2, 8, stride=2, downsample_fb=fb)
    assert block(np.ones((2, 4, 8, 8), np.float32)).shape == (2, 8, 4, 4)
    assert (block.conv1.stride, block.conv2.stride) == ((1, 2) if fb else (2, 1))


def test_squeezenet_is_a_network():
    with dezero.no_grad():
        assert models.SqueezeNet()(np.zeros((1, 3, 32, 32), np.float32)).shape == (1, 1000)
