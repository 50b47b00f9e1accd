"""Models for images: they learn, they look where they should, and weights of PyTorch give PyTorch's outputs."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import DownloadError, UnverifiedWarning, ValueRangeError, WeightFileError
from rung.models import VGG16, ConvNet, ResNet18, ResNet34, ResNet50, ResNet101, ResNet152, SqueezeNet
from rung.models.pretrained import Weights, of_torchvision
from rung.optimizers import Adam
from rung.serializers import load_arrays, save_arrays

SMALL = {
    "ConvNet": (lambda: ConvNet(3, widths=(8, 16), dropout=0.0), (6, 1, 8, 8)),
    "ResNet18": (lambda: ResNet18(classes=3, small_images=True), (6, 3, 8, 8)),
    "ResNet50": (lambda: ResNet50(classes=3, small_images=True), (6, 3, 8, 8)),
    "SqueezeNet": (lambda: SqueezeNet(classes=3, dropout=0.0), (3, 3, 48, 48)),
    "VGG16": (lambda: VGG16(classes=3, dropout=0.0), (3, 3, 32, 32)),
}


@pytest.mark.parametrize("name", SMALL)
def test_it_overfits_one_batch(name):
    make, shape = SMALL[name]
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    t = np.arange(shape[0]) % 3
    rung.seed(1)  # with others, the ReLU behind SqueezeNet's last layer may leave a class without a gradient for ever
    model = make()
    optimizer = Adam(0.0003 if name in ("VGG16", "SqueezeNet") else 0.003).setup(model)
    for _ in range(150):
        loss = F.softmax_cross_entropy(model(x), t)
        if loss.item() < 0.05:
            break
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.05
    assert F.accuracy(model(x), t).item() == 1


def test_the_number_of_parameters_is_that_of_the_papers():
    image = np.zeros((1, 3, 64, 64), np.float32)
    expected = {ResNet18: 11_689_512, ResNet34: 21_797_672, ResNet50: 25_557_032, SqueezeNet: 1_235_496}
    for make, count in expected.items():
        model = make()
        with rung.no_grad(), rung.test_mode():
            model(image)
        assert sum(parameter.size for parameter in model.params()) == count, make.__name__


def test_the_deep_ones_have_as_many_blocks_as_their_names_say():
    for make, depth in ((ResNet18, 18), (ResNet34, 34), (ResNet50, 50), (ResNet101, 101), (ResNet152, 152)):
        per_block = 3 if make.block.expansion == 4 else 2
        model = make(classes=2)
        assert sum(len(getattr(model, f"layer{i}")) for i in range(1, 5)) * per_block + 2 == depth


def test_features_are_the_maps_of_each_stage():
    with rung.no_grad():
        maps = ResNet18(classes=2).features(np.zeros((1, 3, 64, 64), np.float32))
        assert [m.shape for m in maps] == [(1, 64, 16, 16), (1, 128, 8, 8), (1, 256, 4, 4), (1, 512, 2, 2)]
        maps = VGG16(classes=2).features(np.zeros((1, 3, 32, 32), np.float32))
        assert [m.shape[1:] for m in maps] == [(64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4), (512, 2, 2)]


def test_a_convnet_needs_a_stage():
    with pytest.raises(ValueRangeError, match="at least one stage"):
        ConvNet(10, widths=())


# Weights of others ----------------------------------------------------------------------------------------------


def _twin(name):
    from models import twins

    theirs = {
        "VGG16": lambda: twins.VGG(7, spatial=1), "ResNet18": lambda: twins.ResNet((2, 2, 2, 2), False, 7),
        "ResNet34": lambda: twins.ResNet((3, 4, 6, 3), False, 7), "SqueezeNet": lambda: twins.SqueezeNet(7),
        "ResNet50": lambda: twins.ResNet((3, 4, 6, 3), True, 7),
    }  # fmt: skip
    return twins.randomised(theirs[name]())


@pytest.mark.parametrize("make", [VGG16, ResNet18, ResNet34, ResNet50, SqueezeNet])
def test_weights_of_pytorch_give_the_logits_of_pytorch(make, tmp_path):
    torch = pytest.importorskip("torch")
    twin = _twin(make.__name__)
    torch.save(twin.state_dict(), tmp_path / "theirs.pth")
    with pytest.warns(UnverifiedWarning):
        arrays = load_arrays(tmp_path / "theirs.pth")
    model = make(classes=7)
    model.load_state_dict(arrays)
    x = np.random.default_rng(0).standard_normal((2, 3, 32, 32)).astype(np.float32)
    with rung.no_grad(), rung.test_mode(), torch.no_grad():
        np.testing.assert_allclose(model(x).data, twin(torch.tensor(x)).numpy(), rtol=1e-4, atol=1e-4)
    model.save_weights(tmp_path / "ours.safetensors")
    again = make(classes=7)
    again.load_weights(tmp_path / "ours.safetensors")
    with rung.no_grad(), rung.test_mode():
        np.testing.assert_array_equal(again(x).data, model(x).data)


def test_pretrained_weights_are_fetched_checked_and_loaded(tmp_path, monkeypatch):
    import hashlib

    monkeypatch.setenv("RUNG_CACHE", str(tmp_path / "cache"))
    trained = SqueezeNet(classes=5)
    x = np.random.default_rng(0).standard_normal((1, 3, 32, 32)).astype(np.float32)
    with rung.no_grad(), rung.test_mode():
        expected = trained(x)
    path = tmp_path / "cache" / "weights" / "squeezenet.npz"
    path.parent.mkdir(parents=True)
    save_arrays(path, trained.state_dict())
    digits = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    url = "http://127.0.0.1:9/squeezenet.npz"  # nobody listens there: what is in the cache is enough
    monkeypatch.setattr("rung.models.squeezenet.WEIGHTS", Weights((url,), digits, "a test"))
    with rung.no_grad(), rung.test_mode():
        np.testing.assert_array_equal(SqueezeNet(pretrained=True, classes=5)(x).data, expected.data)
    with pytest.raises(WeightFileError, match=r"classifier.1.W must be of shape \(6 x any x 1 x 1\)"):
        SqueezeNet(pretrained=True, classes=6)
    monkeypatch.setattr("rung.files.PAUSE", 0.0)
    monkeypatch.setattr("rung.models.squeezenet.WEIGHTS", Weights((url,), "0" * 8, "a test"))
    with pytest.raises(DownloadError, match=r"squeezenet\.npz"):
        SqueezeNet(pretrained=True, classes=5)


def test_pretrained_weights_for_another_stem_are_refused_before_anything_is_fetched():
    with pytest.raises(ValueRangeError, match="ResNet18: the pretrained weights are for the stem of large images"):
        ResNet18(pretrained=True, small_images=True)


def test_torchvisions_file_names_hold_the_checksum():
    weights = of_torchvision("resnet18-f37072fd.pth")
    assert weights.checksum == "f37072fd"
    assert weights.urls == ("https://download.pytorch.org/models/resnet18-f37072fd.pth",)
