"""Images of every kind, Pillow's and arrays: the same change, greyscale included, and no input written to."""

import numpy as np
import pytest

import rung
import rung.transforms as T
from rung import random
from rung.errors import DTypeError, ShapeError, ValueRangeError

Image = pytest.importorskip("PIL.Image")

COLOUR = np.random.default_rng(0).integers(0, 256, (3, 13, 10), np.uint8)
GREY = COLOUR[:1]
SPATIAL = [
    T.Resize((7, 21)), T.Resize((30, 4), "bicubic"), T.Resize(8, "nearest"), T.Resize(5, "lanczos"),
    T.Resize(5, "box"), T.Resize(6, "hamming"), T.Resize(6, keep_aspect=True), T.CenterCrop((4, 7)),
    T.RandomCrop((11, 9)), T.RandomCrop(13, pad=(2, 3)), T.RandomCrop(13, pad=4, fill=9), T.RandomHorizontalFlip(1),
    T.RandomVerticalFlip(1), T.RandomHorizontalFlip(0), T.RandomRotation(40), T.RandomRotation((20, 70), fill=7),
    T.RandomRotation(40, "nearest"), T.RandomRotation((90, 90)),
]  # fmt: skip
COLORS = [
    T.ColorJitter(0.4), T.ColorJitter(0, 0.4), T.ColorJitter(0, 0, 0.9), T.ColorJitter(0, 0, 0, 0.3),
    T.ColorJitter(0.3, 0.3, 0.3, 0.1), T.RandomErasing(1), T.RandomErasing(1, value="noise"),
    T.RandomErasing(1, value=200), T.Convert("L"), T.Convert("RGB"), T.Convert("BGR"),
]  # fmt: skip
ALL = SPATIAL + COLORS


def drawn(transform, image, seed=3):
    with random.forked(seed):
        return transform(image)


def as_pillow(array):
    return Image.fromarray(array[0] if len(array) == 1 else array.transpose(1, 2, 0))


@pytest.mark.parametrize("image", [COLOUR, GREY], ids=["colour", "grey"])
@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_arrays_and_pillow_images_are_changed_alike(transform, image):
    pillow = drawn(transform, as_pillow(image))
    array = drawn(transform, image)
    assert isinstance(pillow, Image.Image)
    assert array.dtype == np.uint8
    most = 3 if "lanczos" in repr(transform) else 1  # Pillow rounds, and cuts off, between rows and columns
    np.testing.assert_allclose(array.astype(int), T.ToArray(int)(pillow), atol=most)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint16, bool])
@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_arrays_keep_their_dtype_and_are_not_written_to(transform, dtype):
    image = (COLOUR > 99) if dtype is bool else (COLOUR / 255 if np.dtype(dtype).kind == "f" else COLOUR)
    image = image.astype(dtype)
    before = image.copy()
    changed = drawn(transform, image)
    assert changed.dtype == dtype
    assert changed.flags.c_contiguous
    if changed is not image:
        assert not np.shares_memory(changed, image)
        changed[...] = 0
    assert np.array_equal(image, before)


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_rows_and_columns_alone_are_an_image_of_one_channel(transform):
    plain, channel = drawn(transform, GREY[0]), drawn(transform, GREY)
    assert np.array_equal(plain.reshape(channel.shape), channel)
    assert plain.ndim == (3 if isinstance(transform, T.Convert) else 2)


@pytest.mark.parametrize("transform", SPATIAL, ids=repr)
def test_floats_are_not_rounded(transform):
    image = np.random.default_rng(1).random((1, 13, 10), np.float32)
    filled = getattr(transform, "fill", 0)
    pillow = drawn(transform, Image.fromarray(image[0]))
    np.testing.assert_allclose(drawn(transform, image)[0], np.asarray(pillow), atol=2e-6 * (1 + filled))


@pytest.mark.parametrize("size", [(26, 20), (13, 10), (5, 3), (40, 4)])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_resizing_is_pillows_own(mode, size):
    image = np.random.default_rng(2).random((13, 10), np.float32)
    number = getattr(Image.Resampling, mode.upper())
    expected = np.asarray(Image.fromarray(image).resize(size[::-1], number))
    np.testing.assert_allclose(T.Resize(size, mode)(image), expected, atol=2e-6)
    assert np.array_equal(T.Resize(size, mode)(image), T.Resize(size, int(number))(image))


def test_an_alpha_channel_stays_and_is_resized_along():
    image = np.concatenate([COLOUR, COLOUR[:1]])
    jittered = drawn(T.ColorJitter(0.5, 0.5, 0.5, 0.5), image)
    assert np.array_equal(jittered[3], image[3])
    assert not np.array_equal(jittered[:3], image[:3])
    assert drawn(T.ColorJitter(0.5), as_pillow(image)).mode == "RGBA"
    assert T.Convert("L")(image).shape == (1, 13, 10)


def test_centre_and_crops_are_the_right_part():
    image = np.arange(30).reshape(5, 6)
    assert np.array_equal(T.CenterCrop((3, 4))(image), image[1:4, 1:5])
    assert np.array_equal(T.CenterCrop((2, 3))(image), image[2:4, 2:5])  # of two middles the even one
    for seed in range(20):
        crop = drawn(T.RandomCrop((5, 6), pad=2, fill=-1), image, seed)
        for i, j in np.argwhere(crop >= 0):
            assert crop[i, j] - crop[tuple(np.argwhere(crop >= 0)[0])] >= 0
        rows, columns = np.nonzero(crop >= 0)
        part = crop[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        top, left = divmod(part[0, 0], 6)
        assert np.array_equal(part, image[top : top + part.shape[0], left : left + part.shape[1]])


def test_every_place_is_drawn_and_none_outside():
    image = np.arange(16).reshape(4, 4)
    rung.seed(0)
    corners = {int(T.RandomCrop(2)(image)[0, 0]) for _ in range(300)}
    assert corners == {0, 1, 2, 4, 5, 6, 8, 9, 10}
    erased = sum(T.RandomErasing(1, (0.06, 0.07), (1, 1), value=1)(np.zeros((4, 4), int)) for _ in range(300))
    assert erased.sum() == 300
    assert (erased > 0).all()


def test_probabilities_are_kept():
    rung.seed(0)
    image = np.arange(4).reshape(2, 2)
    for kind in (T.RandomHorizontalFlip, T.RandomVerticalFlip):
        changed = sum(kind(0.3)(image)[0, 0] != 0 for _ in range(2000))
        assert 500 < changed < 700
    blank = np.zeros((8, 8))
    assert 900 < sum(T.RandomErasing(value=1)(blank).any() for _ in range(2000)) < 1100


def test_erased_areas_are_within_the_scale():
    rung.seed(0)
    for _ in range(100):
        area = T.RandomErasing(1, (0.1, 0.2), (0.5, 2.0), value=1)(np.zeros((100, 100))).mean()
        assert 0.095 < area < 0.205
    assert not T.RandomErasing(1, (1, 1), (3, 3), value=1)(np.zeros((10, 10))).any()  # never fits
    cover = T.RandomErasing(1, (1, 1), (1, 1), value=(1, 2, 3))(np.zeros((3, 4, 4)))
    assert cover[:, 0, 0].tolist() == [1, 2, 3]


def test_colours_change_as_the_formulas_say():
    image = COLOUR / 255
    grey = np.tensordot([0.299, 0.587, 0.114], image, 1)
    cases = [
        (T.ColorJitter(brightness=(0.5, 0.5)), image * 0.5),
        (T.ColorJitter(contrast=(0.5, 0.5)), grey.mean() + (image - grey.mean()) / 2),
        (T.ColorJitter(saturation=(0.5, 0.5)), (grey + image) / 2),
        (T.ColorJitter(saturation=(0, 0)), np.broadcast_to(grey, image.shape)),
        (T.ColorJitter(hue=(0.0, 0.0)), image),
        (T.ColorJitter(brightness=(9, 9)), np.clip(image * 9, 0, 1)),
    ]
    for transform, expected in cases:
        np.testing.assert_allclose(transform(image), expected, atol=1e-12)
        np.testing.assert_allclose(transform(COLOUR), np.rint(expected * 255), atol=1)
    import colorsys

    turned = T.ColorJitter(hue=(0.2, 0.2))(image)
    for place in np.ndindex(13, 10):
        h, s, v = colorsys.rgb_to_hsv(*image[:, *place])
        np.testing.assert_allclose(turned[:, *place], colorsys.hsv_to_rgb((h + 0.2) % 1, s, v), atol=1e-9)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "F", "I", "I;16"])
def test_to_array_takes_every_mode_that_is_no_palette(mode):
    image = Image.new(mode, (4, 2))
    array = T.ToArray()(image)
    assert array.shape == (len(image.getbands()), 2, 4)
    assert array.dtype == np.float32
    assert array.flags.writeable


def test_to_array_gives_channels_first_and_does_not_scale():
    assert np.array_equal(T.ToArray()(as_pillow(COLOUR)), COLOUR)
    assert np.array_equal(T.ToArray()(as_pillow(GREY)), GREY)
    assert T.ToArray()(Image.new("1", (1, 1), 1)).item() == 255
    assert T.ToArray(np.uint8)(as_pillow(COLOUR)).dtype == np.uint8
    assert T.ToArray()(COLOUR).dtype == np.float32
    for image in (COLOUR, GREY):
        assert np.array_equal(T.ToArray()(T.ToPIL(white=255)(T.ToArray()(as_pillow(image)))), image)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")])
def test_to_pil_makes_bytes_of_everything(channels, mode):
    array = np.arange(channels * 6).reshape(channels, 2, 3).astype(np.uint8)
    for values in (array, array / 255, (array / 255).astype(np.float32), array.astype(np.int64)):
        image = T.ToPIL()(values)
        assert (image.mode, image.size) == (mode, (3, 2))
        assert np.array_equal(T.ToArray()(image), array)
    assert np.asarray(T.ToPIL()(array[0] > 2)).max() == 255
    assert T.ToPIL()(image) is image


BAD = [
    (lambda: T.RandomHorizontalFlip()(np.zeros((5, 3, 4, 4))), ShapeError, "one image and not a batch"),
    (lambda: T.Resize(3)([1, 2]), DTypeError, "Resize: expected a Pillow image, or a NumPy array .* got list"),
    (lambda: T.Resize(3)(np.zeros(4)), ShapeError, r"Resize: expected an image \(H, W\)"),
    (lambda: T.Resize(3)(np.zeros((0, 4))), ShapeError, "Resize"),
    (lambda: T.Resize(0), ValueRangeError, "Resize: expected size to be a whole number from 1 on"),
    (lambda: T.Resize((2, 3), keep_aspect=True), ValueRangeError, "one number with keep_aspect"),
    (lambda: T.Resize(3, "cubic"), ValueRangeError, "expected mode to be one of nearest"),
    (lambda: T.CenterCrop(5)(np.zeros((4, 9))), ShapeError, "at least 5 x 5 pixels, but got 4 x 9; put Resize"),
    (lambda: T.RandomCrop(9, pad=1)(np.zeros((4, 9))), ShapeError, "at least 9 x 9 pixels, but got 6 x 11; give"),
    (lambda: T.RandomCrop(9, pad=-1), ValueRangeError, "RandomCrop: expected pad"),
    (lambda: T.RandomHorizontalFlip(2), ValueRangeError, "expected p to be a number from 0 to 1, but got 2"),
    (lambda: T.RandomRotation(-3), ValueRangeError, "expected degrees to be a number from 0 on, but got -3"),
    (lambda: T.RandomRotation((3, -3)), ValueRangeError, "exchange the two"),
    (lambda: T.RandomRotation(3, "bicubic"), ValueRangeError, "'nearest' or 'bilinear'"),
    (lambda: T.ColorJitter(hue=0.7), ValueRangeError, "expected hue to be a number from 0 to 0.5"),
    (lambda: T.ColorJitter(0.2)(np.full((3, 2, 2), 200.0)), ValueRangeError, "got 200 to 200; say white=255"),
    (lambda: T.ColorJitter(0.2)(np.full((2, 2), np.nan)), ValueRangeError, "but got NaN"),
    (lambda: T.ColorJitter(0.2)(np.zeros((5, 2, 2))), ShapeError, "1 to 4 channels"),
    (lambda: T.ColorJitter(0.2)(Image.new("P", (2, 2))), DTypeError, r"put Convert\('RGB'\) before it"),
    (lambda: T.ToArray()(Image.new("P", (2, 2))), DTypeError, "places in a palette"),
    (lambda: T.ToArray()("cat.jpg"), DTypeError, "ToArray: expected a Pillow image or a NumPy array"),
    (lambda: T.ToPIL()(np.zeros((28, 28, 3))), ShapeError, "the channels come first"),
    (lambda: T.ToPIL()(np.array([[-1]])), ValueRangeError, "integers from 0 to 255, but got -1 to -1"),
    (lambda: T.ToPIL()(np.full((2, 2), 255.0)), ValueRangeError, "say white=255"),
    (lambda: T.Convert("CMYK")(COLOUR), ValueRangeError, "'RGB', 'BGR' or 'L' for an array"),
    (lambda: T.Convert("XYZ")(as_pillow(COLOUR)), ValueRangeError, "but got 'XYZ'"),
    (lambda: T.RandomErasing(1, value=(1, 2))(COLOUR), ShapeError, "but got 2 for 3 channels"),
    (lambda: T.RandomErasing(value="black"), ValueRangeError, "or 'noise'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), BAD, ids=[text for _, _, text in BAD])
def test_what_does_not_fit_is_told_in_a_sentence(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_arrays_need_no_pillow():
    import subprocess
    import sys

    code = """
import sys
sys.modules["PIL"] = None
import numpy as np, pytest, rung.transforms as T
from rung.errors import MissingExtraError
image = np.zeros((3, 8, 8), np.float32)
T.Compose([T.Resize(9), T.CenterCrop(8), T.RandomCrop(8, 1), T.RandomHorizontalFlip(), T.RandomRotation(9),
           T.ColorJitter(0.1, 0.1, 0.1, 0.1), T.RandomErasing(1), T.Convert("L"), T.ToArray(), T.Normalize()])(image)
with pytest.raises(MissingExtraError, match="ToPIL needs Pillow"):
    T.ToPIL()(image)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize(
    ("size", "resized"), [((333, 500), (256, 384)), ((375, 500), (256, 341)), ((500, 334), (383, 256))]
)
def test_images_for_published_weights_are_cut_as_torchvision_cuts_them(size, resized):
    """torchvision: int(256 * longer / shorter) for the longer side, and round((side - 224) / 2) for the crop."""
    image = np.zeros((*size, 3), np.uint8)
    assert T.Resize(256, keep_aspect=True)(as_pillow(image.transpose(2, 0, 1))).size == resized[::-1]
