import contextlib
import tempfile
from pathlib import Path

import myrung
import numpy as np
from myrung import models
from rung.course.testing import expect, expect_raises, random_arrays

NAMES = [f"conv{block}_{i}" for block, count in enumerate((2, 2, 3, 3, 3), 1) for i in range(1, count + 1)]
DENSE = ["fc6", "fc7", "fc8"]


def tiny(classes=5):
    return models.VGG16(classes, width=2, hidden=6)


def weights(size=32, classes=5):
    """A weight file for a tiny network, drawn from a seed, as a dictionary."""
    rng, channels, found = np.random.default_rng(58), 3, {}
    for name, times in zip(NAMES, (1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8), strict=True):
        found[f"{name}.W"] = rng.standard_normal((2 * times, channels, 3, 3)) / np.sqrt(4.5 * channels)
        found[f"{name}.b"] = rng.standard_normal(2 * times) / 10
        channels = 2 * times
    sizes = [channels * (size // 32) ** 2, 6, 6, classes]
    for name, rows, columns in zip(DENSE, sizes[:-1], sizes[1:], strict=True):
        found[f"{name}.W"] = rng.standard_normal((rows, columns)) / np.sqrt(rows)
        found[f"{name}.b"] = rng.standard_normal(columns) + 1
    return {name: array.astype(np.float32) for name, array in found.items()}


def plain(x, found):
    """The same network without a framework."""
    for name in NAMES:
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        H, W = x.shape[2:]
        x = sum(
            np.einsum("nchw,oc->nohw", padded[:, :, j : j + H, i : i + W], found[f"{name}.W"][:, :, j, i])
            for j, i in np.ndindex(3, 3)
        )
        x = np.maximum(x + found[f"{name}.b"][:, None, None], 0)
        if name in ("conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"):
            x = x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2).max(axis=(3, 5))
    x = x.reshape(len(x), -1)
    for name in DENSE:
        x = x @ found[f"{name}.W"] + found[f"{name}.b"]
        x = x if name == "fc8" else np.maximum(x, 0)
    return x


@contextlib.contextmanager
def weight_file(found):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.npz"
        np.savez(path, **found)
        yield path


def test_its_layers():
    model = models.VGG16()
    expect(
        "the names of its layers, in order",
        [name[:-2] for name, _ in model.named_params() if name.endswith(".b")],
        NAMES + DENSE,
        look=models.VGG16,
    )
    widths = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512, 4096, 4096, 1000]
    expect(
        "how many numbers each layer has in b",
        [p.size for name, p in model.named_params() if name.endswith(".b")],
        widths,
        look=models.VGG16,
    )
    convs = [getattr(model, name) for name in NAMES]
    expect("kernel_size of the convolutions", {conv.kernel_size for conv in convs}, {(3, 3)}, look=models.VGG16)


def test_no_weight_before_it_is_needed():
    empty = [name for name, p in models.VGG16().named_params() if p.data is None]
    expect("how many parameters of a new network have no numbers yet", len(empty), 16, look=models.VGG16)


def test_what_comes_out():
    with myrung.no_grad(), myrung.test_mode():
        y = tiny()(np.zeros((2, 3, 32, 64), np.float32))
    expect(
        "the shape of what it gives, for two pictures of 32 by 64 and 5 classes", y.shape, (2, 5), look=models.VGG16
    )


def test_how_many_numbers():
    model = tiny()
    with myrung.no_grad(), myrung.test_mode():
        model(np.zeros((1, 3, 32, 32), np.float32))
    expect(
        "the numbers in all parameters, for width 2, hidden 6 and pictures of 32 by 32",
        sum(p.size for p in model.params()),
        sum(array.size for array in weights().values()),
        look=models.VGG16,
    )


def test_with_weights_of_a_file():
    found = weights()
    model = tiny()
    with weight_file(found) as path:
        model.load_weights(path)
    (x,) = random_arrays((3, 3, 32, 32))
    with myrung.no_grad(), myrung.test_mode():
        y = model(x.astype(np.float32))
    expect(
        "its scores with the weights of a file", y.data, plain(x, found), look=models.VGG16.forward, tolerance=1e-3
    )


def test_a_file_that_does_not_fit():
    model = tiny(classes=4)
    with myrung.no_grad(), myrung.test_mode():
        model(np.zeros((1, 3, 32, 32), np.float32))
    before = [p.data for p in model.params()]
    with weight_file(weights(classes=5)) as path:
        expect_raises("load_weights of a file for 5 classes, for 4", ValueError, lambda: model.load_weights(path),
                      look=models.VGG16)  # fmt: skip
    same = all(now.data is old for now, old in zip(model.params(), before, strict=True))
    expect("whether the parameters are as they were", same, True, look=models.VGG16)


def test_dropout_while_it_learns():
    model = models.VGG16(5, width=2, hidden=30)
    (x,) = random_arrays((2, 3, 32, 32))
    x = 10 * x.astype(np.float32)
    came = []
    for number in 0, 1:
        myrung.seed(number)
        came.append(model(x).data)
    expect("whether it answers the same twice, while it learns", bool(np.array_equal(*came)), False,
           look=models.VGG16.forward)  # fmt: skip
    with myrung.no_grad(), myrung.test_mode():
        expect("its answer to the same picture a second time, in test mode", model(x).data, model(x).data,
               look=models.VGG16.forward)  # fmt: skip


def test_every_parameter_learns():
    model = tiny()
    (x,) = random_arrays((2, 3, 32, 32))
    with weight_file(weights()) as path:
        model.load_weights(path)
    with myrung.test_mode():
        model(x.astype(np.float32)).sum().backward()
    expect("the parameters without a gradient", [name for name, p in model.named_params() if p.grad is None], [],
           look=models.VGG16)  # fmt: skip


def test_preprocess():
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 1] = 200, 100, 50
    x = models.VGG16.preprocess(picture)
    expect("the shape of preprocess(picture), for 2 by 3 points", x.shape, (1, 3, 2, 3), look=models.VGG16.preprocess)
    expect("its type", x.dtype, np.float32, look=models.VGG16.preprocess)
    expect(
        "a point of red 200, green 100 and blue 50",
        x[0, :, 0, 1],
        np.array([50 - 103.939, 100 - 116.779, 200 - 123.68]),
        look=models.VGG16.preprocess,
        tolerance=1e-4,
    )
    expect("a black point", x[0, :, 1, 2], -np.array([103.939, 116.779, 123.68]), look=models.VGG16.preprocess,
           tolerance=1e-4)  # fmt: skip
    expect("whether rows lie one after the other in memory", bool(x.flags["C_CONTIGUOUS"]), True,
           look=models.VGG16.preprocess)  # fmt: skip
