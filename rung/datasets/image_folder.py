"""Images of one's own, sorted into folders by class."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rung.datasets.dataset import Dataset, Transform
from rung.datasets.pixels import pixels
from rung.errors import MissingExtraError, ValueRangeError

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})


class ImageFolder(Dataset):
    """The images in a folder, one folder for each class in it: `root/cat/1.jpg`, `root/dog/old/2.png`.

    root: the folder. The names of its folders, sorted, are the classes.
    size: (height, width) to bring every image to; without it they keep their own, and a batch needs them equal.
    broken: "error" to raise when a file that is no image is asked for, or "skip" to look into every file at the
        start and leave those out; what was left out is in `skipped`.

    An image is read when it is asked for, turned as its camera says, and given as RGB, 0 to 1; one of 16-bit grey
    keeps all its shades. Files with other endings than an image's, and hidden ones, do not count.

    Shape: x float32 (3, height, width), t int, the number of the class

    Raises: `ValueRangeError` if there are no folders or no images, or for a broken one or one of
    numbers without a known range (32-bit integers or floats); `MissingExtraError` without
    Pillow (the extra `data`).

    >>> import tempfile
    >>> from PIL import Image
    >>> pets = Path(tempfile.mkdtemp())
    >>> for name in ("dog", "cat"):
    ...     (pets / name).mkdir()
    ...     Image.new("RGB", (6, 4)).save(pets / name / "1.png")
    >>> ds = ImageFolder(pets)
    >>> ds.classes, ds[1][0].shape, int(ds[1][1])
    (['cat', 'dog'], (3, 4, 6), 1)
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        *,
        size: tuple[int, int] | None = None,
        broken: Literal["error", "skip"] = "error",
    ):
        if broken not in ("error", "skip"):
            raise ValueRangeError(f'ImageFolder: expected broken to be "error" or "skip", but got {broken!r}')
        _pillow()
        self.root, self.size, self.broken = Path(root), size, broken
        self.skipped: list[Path] = []
        super().__init__(transform=transform, target_transform=target_transform)

    def prepare(self) -> None:
        self.classes = class_folders(self.root)
        found = [(path, t) for t, name in enumerate(self.classes) for path in images_in(self.root / name)]
        if self.broken == "skip":
            self.skipped = [path for path, _ in found if not _is_image(path)]
            found = [(path, t) for path, t in found if path not in set(self.skipped)]
        if not found:
            raise ValueRangeError(f"ImageFolder: expected images in the folders of {self.root}, but found none")
        self.paths = [path for path, _ in found]
        self.label = np.array([t for _, t in found], np.int64)
        self.data = _Images(self.paths, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.root)!r}): {len(self)} images, {len(self.classes)} classes"


class _Images:
    """The images of a list of files, read when they are asked for."""

    def __init__(self, paths: list[Path], size: tuple[int, int] | None):
        self.paths, self.size = paths, size

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> np.ndarray[Any, Any]:
        return read_image(self.paths[i], self.size)


def class_folders(root: Path) -> list[str]:
    """The names of the folders in a folder, sorted, without hidden ones."""
    if not root.is_dir():
        raise ValueRangeError(f"ImageFolder: expected a folder, but {root} is none")
    names = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not names:
        raise ValueRangeError(f"ImageFolder: expected a folder for each class in {root}, but found none")
    return names


def images_in(folder: Path) -> list[Path]:
    """The files in a folder, and in folders within it, that have the ending of an image, sorted."""
    paths = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    return sorted(path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def read_image(path: Path, size: tuple[int, int] | None = None) -> np.ndarray[Any, Any]:
    """An image file as float32 (3, height, width), 0 to 1.

    Raises: `ValueRangeError` if it is no image, cut short, of more pixels than Pillow finds safe, or of numbers
    without a known range.
    """
    Image, ImageOps = _pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)  # which comes already at the opening
            with Image.open(path) as image:
                upright = _rgb_or_grey(path, ImageOps.exif_transpose(image))
        if size is not None:
            upright = upright.resize(size[::-1], Image.Resampling.BILINEAR)
        return _channels_first(np.asarray(upright))
    except _NoRangeError:
        raise
    except Exception as error:  # Pillow raises nearly everything for damaged files
        came = f"reading it gave {type(error).__name__}: {error}"
        cure = 'delete it, or leave it out with broken="skip"'
        raise ValueRangeError(f"ImageFolder: expected {path} to be an image, but {came}; {cure}") from error


class _NoRangeError(ValueRangeError):
    """Numbers of which nobody can say which is white."""


def _rgb_or_grey(path: Path, image: Any) -> Any:
    """An image as RGB or, if it is of 16-bit grey, as floats up to 65535; Pillow itself would cut these at 255."""
    if image.mode.startswith("I;16"):
        return image.convert("I").convert("F")  # by way of I, as older versions know no other
    if image.mode in ("I", "F"):
        came = "integers of 32 bits" if image.mode == "I" else "floats"
        expected = f"expected {path} to be an image of 8 or 16 bits, but it is one of {came}, without a known range"
        raise _NoRangeError(f"ImageFolder: {expected}; save it as one of 16 bits")
    return image.convert("RGB")


def _channels_first(image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if image.ndim == 2:
        return np.repeat(image[np.newaxis] / np.float32(65535), 3, axis=0)
    return np.ascontiguousarray(pixels(image).transpose(2, 0, 1))


def _is_image(path: Path) -> bool:
    try:
        read_image(path)
    except ValueRangeError:
        return False
    return True


def _pillow() -> tuple[Any, Any]:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise MissingExtraError("Pillow", "data", "ImageFolder") from error
    return Image, ImageOps
