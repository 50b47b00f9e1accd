"""Images in folders: classes from their names, pixels right, and one clear error for what is no image."""

import builtins
import warnings

import numpy as np
import pytest

from rung.dataloaders import DataLoader
from rung.datasets import ImageFolder
from rung.errors import MissingExtraError, ShapeError, ValueRangeError

Image = pytest.importorskip("PIL.Image")


def picture(seed, height=4, width=6):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def pets(tmp_path):
    root = tmp_path / "pets"
    for k, name in enumerate(["dog/b.png", "cat/2.png", "dog/old/a.png", "cat/10.bmp", "dog/z.PNG"]):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture(k)).save(path)
    return root


def test_folders_are_classes_and_files_are_samples(pets):
    (pets / "cat" / "notes.txt").write_text("not an image")
    (pets / "cat" / ".hidden.png").write_text("not an image")
    (pets / ".git").mkdir()
    (pets / "readme.png").write_text("not in a class")
    ds = ImageFolder(pets)
    assert ds.classes == ["cat", "dog"]
    assert [str(path.relative_to(pets)) for path in ds.paths] == [
        "cat/10.bmp", "cat/2.png", "dog/b.png", "dog/old/a.png", "dog/z.PNG",
    ]  # fmt: skip
    assert ds.label.tolist() == [0, 0, 1, 1, 1]
    assert repr(ds) == f"ImageFolder({str(pets)!r}): 5 images, 2 classes"
    for i, seed in enumerate([3, 1, 0, 2, 4]):
        x, t = ds[i]
        assert x.dtype == np.float32
        assert np.array_equal(x, picture(seed).transpose(2, 0, 1).astype(np.float32) / 255)
        assert t == ds.label[i]


def test_batches_have_one_size(pets):
    Image.fromarray(picture(9, 10, 10)).save(pets / "cat" / "large.png")
    with pytest.raises(ShapeError, match="bring them to one size"):
        list(DataLoader(ImageFolder(pets), 6))
    x, t = next(iter(DataLoader(ImageFolder(pets, size=(5, 3)), 6)))
    assert x.shape == (6, 3, 5, 3)
    assert 0 <= x.min() <= x.max() <= 1
    assert sorted(t) == [0, 0, 0, 1, 1, 1]


def test_transforms_are_applied(pets):
    ds = ImageFolder(pets, transform=lambda x: x.mean(), target_transform=lambda t: t + 10)
    x, t = ds[1:3]
    assert x.shape == (2,)
    assert t.tolist() == [10, 11]


@pytest.mark.parametrize("form", ["L", "1", "P", "RGBA", "CMYK"])
def test_every_kind_of_image_becomes_rgb(form, tmp_path):
    (tmp_path / "only").mkdir()
    ending = "tif" if form == "CMYK" else "png"
    Image.fromarray(picture(0)).convert(form).save(tmp_path / "only" / f"a.{ending}")
    assert ImageFolder(tmp_path)[0][0].shape == (3, 4, 6)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_an_image_of_16_bit_grey_keeps_its_shades(ending, tmp_path):
    (tmp_path / "only").mkdir()
    shades = np.linspace(0, 65535, 240).astype(np.uint16).reshape(12, 20)
    Image.fromarray(shades).save(tmp_path / "only" / f"a.{ending}")
    x = ImageFolder(tmp_path)[0][0]
    assert (x.shape, x.dtype) == ((3, 12, 20), np.float32)
    np.testing.assert_allclose(x, np.broadcast_to(shades / 65535, (3, 12, 20)), atol=1e-6)
    small = ImageFolder(tmp_path, size=(6, 10))[0][0]
    assert small.shape == (3, 6, 10)
    assert len(np.unique(small)) > 50
    assert small.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_an_image_of_numbers_without_a_range_is_refused(dtype, tmp_path):
    (tmp_path / "only").mkdir()
    Image.fromarray(np.ones((4, 4), dtype)).save(tmp_path / "only" / "a.tif")
    with pytest.raises(ValueRangeError, match=r"an image of 8 or 16 bits, but .* without a known range; save it as"):
        ImageFolder(tmp_path)[0]
    with pytest.raises(ValueRangeError, match="expected images"):
        ImageFolder(tmp_path, broken="skip")


def test_an_image_of_more_pixels_than_is_safe_is_refused(tmp_path, monkeypatch):
    (tmp_path / "only").mkdir()
    Image.fromarray(picture(0, 30, 30)).save(tmp_path / "only" / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)  # Pillow warns of more than that, and refuses twice as many
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # whatever a program does about its warnings
        with pytest.raises(ValueRangeError, match="DecompressionBombWarning"):
            ImageFolder(tmp_path)[0]


def test_an_image_is_turned_as_its_camera_says(tmp_path):
    (tmp_path / "only").mkdir()
    image = Image.fromarray(picture(0))
    exif = image.getexif()
    exif[0x0112] = 6  # lies on its side
    image.save(tmp_path / "only" / "a.png", exif=exif)
    x, _ = ImageFolder(tmp_path)[0]
    assert np.array_equal(np.rint(x * 255), np.rot90(picture(0), -1).transpose(2, 0, 1))


def damage(pets):
    whole = (pets / "dog" / "b.png").read_bytes()
    for name, content in {"empty": b"", "text": b"hello", "cut": whole[: len(whole) // 2]}.items():
        (pets / "dog" / f"{name}.png").write_bytes(content)


def test_a_broken_image_is_a_clear_error_when_it_is_asked_for(pets):
    damage(pets)
    ds = ImageFolder(pets)
    assert len(ds) == 8
    for i, path in enumerate(ds.paths):
        if path.stem in ("empty", "text", "cut"):
            with pytest.raises(ValueRangeError, match=f'expected .*{path.name} to be an image.*broken="skip"'):
                ds[i]
        else:
            ds[i]


def test_broken_images_are_left_out_by_choice(pets):
    damage(pets)
    ds = ImageFolder(pets, broken="skip")
    assert sorted(path.stem for path in ds.skipped) == ["cut", "empty", "text"]
    assert len(list(ds)) == 5


def test_an_image_of_too_many_pixels_is_refused(pets, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)  # 24 are enough for a warning
    with pytest.raises(ValueRangeError, match="DecompressionBombWarning"):
        ImageFolder(pets)[0]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)
    with pytest.raises(ValueRangeError, match="DecompressionBombError"):
        ImageFolder(pets)[0]


def test_folders_without_images_are_refused(tmp_path):
    with pytest.raises(ValueRangeError, match="expected a folder, but"):
        ImageFolder(tmp_path / "missing")
    with pytest.raises(ValueRangeError, match="a folder for each class"):
        ImageFolder(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueRangeError, match="expected images in the folders"):
        ImageFolder(tmp_path)
    with pytest.raises(ValueRangeError, match='"error" or "skip"'):
        ImageFolder(tmp_path, broken="ignore")


def test_workers_read_images(pets):
    x, t = next(iter(DataLoader(ImageFolder(pets), 5, shuffle=False, num_workers=1)))
    assert np.array_equal(x, ImageFolder(pets)[:][0])
    assert t.tolist() == [0, 0, 1, 1, 1]


def test_without_pillow_the_extra_is_named(pets, monkeypatch):
    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", lambda name, *rest: no_pillow(name) or real(name, *rest))
    with pytest.raises(MissingExtraError, match=r'ImageFolder needs Pillow.*pip install "rung\[data\]"'):
        ImageFolder(pets)


def no_pillow(name):
    if name.partition(".")[0] == "PIL":
        raise ImportError(name)
