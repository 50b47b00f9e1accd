"""Transforms of where the pixels of an image lie."""

from __future__ import annotations

from typing import Any

from rung.errors import ShapeError, ValueRangeError
from rung.transforms.geometry import cropped, mirrored, shorter_side, sized, turned
from rung.transforms.pillow import check_image, size_of
from rung.transforms.resampling import resampling_mode
from rung.transforms.transform import Transform, below, chance, number, numbers, sides, uniform


class Resize(Transform):
    """Bring an image to a size.

    size: (height, width), or one number for both.
    mode: where the new pixels come from: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming", or Pillow's
        number for one of these. All but "nearest" take a mean over all pixels when the image becomes smaller.
    keep_aspect: `size`, one number, is the length of the shorter side, and the image keeps its proportions.

    Arrays of floats are not rounded; integers are.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same, of that height and width

    Raises: `ValueRangeError` for a size below 1 or an unknown mode; `ShapeError` and `DTypeError` for what is no
    image.

    >>> import numpy as np
    >>> Resize((2, 3))(np.zeros((3, 8, 6))).shape, Resize(4, keep_aspect=True)(np.zeros((8, 6))).shape
    ((3, 2, 3), (5, 4))
    """

    def __init__(self, size: int | tuple[int, int], mode: str | int = "bilinear", keep_aspect: bool = False):
        self._sides = sides("Resize", "size", size)
        self._mode = resampling_mode("Resize", mode)
        if keep_aspect and not hasattr(size, "__index__"):
            raise ValueRangeError(f"Resize: expected size to be one number with keep_aspect, but got {size!r}")
        self.size, self.mode, self.keep_aspect = size, mode, keep_aspect

    def __call__(self, image: Any) -> Any:
        check_image("Resize", image)
        height, width = shorter_side(image, self._sides[0]) if self.keep_aspect else self._sides
        return sized(image, height, width, self._mode)


class CenterCrop(Transform):
    """Cut out the middle of an image; where it lies between two pixels, the even one is the first (as torchvision's).

    size: (height, width), or one number for both.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same, of that height and width

    Raises: `ShapeError` for a smaller image; `ShapeError` and `DTypeError` for what is no image.

    >>> import numpy as np
    >>> CenterCrop(2)(np.arange(16).reshape(4, 4))
    array([[ 5,  6],
           [ 9, 10]])
    """

    def __init__(self, size: int | tuple[int, int]):
        self.size = size
        self._sides = sides("CenterCrop", "size", size)

    def __call__(self, image: Any) -> Any:
        rows, columns = size_of(check_image("CenterCrop", image))
        height, width = self._sides
        _check_room("CenterCrop", (height, width), (rows, columns), "put Resize before it")
        return cropped(image, self._half(rows - height), self._half(columns - width), height, width)

    def _half(self, room: int) -> int:
        return round(room / 2)


class RandomCrop(Transform):
    """Cut a part out of an image, at a place that is drawn each time.

    size: (height, width), or one number for both.
    pad: pixels to add at each side before; one number, or (above and below, left and right).
    fill: the value of these.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same, of that height and width

    Raises: `ShapeError` for an image that is smaller with its padding; `ShapeError` and `DTypeError` for what is no
    image.

    >>> import numpy as np
    >>> import rung
    >>> rung.seed(2)
    >>> RandomCrop(2, pad=1)(np.array([[1, 2], [3, 4]]))
    array([[0, 0],
           [0, 1]])
    """

    def __init__(self, size: int | tuple[int, int], pad: int | tuple[int, int] = 0, fill: float = 0):
        self.size, self.pad, self.fill = size, pad, fill
        self._sides, self._pads = sides("RandomCrop", "size", size), sides("RandomCrop", "pad", pad, least=0)
        number("RandomCrop", "fill", fill)

    def __call__(self, image: Any) -> Any:
        rows, columns = size_of(check_image("RandomCrop", image))
        (height, width), (above, left) = self._sides, self._pads
        rows, columns = rows + 2 * above, columns + 2 * left
        _check_room("RandomCrop", (height, width), (rows, columns), "give it a larger pad, or put Resize before it")
        top, first = below(rows - height + 1) - above, below(columns - width + 1) - left
        return cropped(image, top, first, height, width, self.fill)


class RandomHorizontalFlip(Transform):
    """Exchange left and right, with probability p.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same

    Raises: `ShapeError` and `DTypeError` for what is no image.

    >>> import numpy as np
    >>> RandomHorizontalFlip(p=1)(np.array([[1, 2], [3, 4]]))
    array([[2, 1],
           [4, 3]])
    """

    def __init__(self, p: float = 0.5):
        number("RandomHorizontalFlip", "p", p, 0, 1)
        self.p = p

    def __call__(self, image: Any) -> Any:
        check_image("RandomHorizontalFlip", image)
        return mirrored(image, -1) if chance(self.p) else image


class RandomVerticalFlip(Transform):
    """Exchange top and bottom, with probability p.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same

    Raises: `ShapeError` and `DTypeError` for what is no image.

    >>> import numpy as np
    >>> RandomVerticalFlip(p=1)(np.array([[1, 2], [3, 4]]))
    array([[3, 4],
           [1, 2]])
    """

    def __init__(self, p: float = 0.5):
        number("RandomVerticalFlip", "p", p, 0, 1)
        self.p = p

    def __call__(self, image: Any) -> Any:
        check_image("RandomVerticalFlip", image)
        return mirrored(image, -2) if chance(self.p) else image


class RandomRotation(Transform):
    """Turn an image around its centre by an angle that is drawn each time; it keeps its size, and loses its corners.

    degrees: the largest angle in either direction, or (least, largest); a positive one is counter-clockwise.
    mode: "bilinear" or "nearest".
    fill: the value where nothing was.

    Arrays of floats are not rounded; integers are.

    Shape: a Pillow image, (H, W) or (C, H, W) -> the same

    Raises: `ValueRangeError` for another mode, `ShapeError` and `DTypeError` for what is no image.

    >>> import numpy as np
    >>> RandomRotation((90, 90))(np.array([[1, 2], [3, 4]]))
    array([[2, 4],
           [1, 3]])
    """

    def __init__(self, degrees: float | tuple[float, float], mode: str | int = "bilinear", fill: float = 0):
        op = "RandomRotation"
        if isinstance(degrees, (int, float)):
            most = number(op, "degrees", degrees, 0)
            self._range = (-most, most)
        else:
            self._range = numbers(op, "degrees", degrees)
        self._mode = resampling_mode(op, mode)
        if self._mode not in ("nearest", "bilinear"):
            raise ValueRangeError(f"{op}: expected mode to be 'nearest' or 'bilinear', but got {mode!r}")
        number(op, "fill", fill)
        self.degrees, self.mode, self.fill = degrees, mode, fill

    def __call__(self, image: Any) -> Any:
        check_image("RandomRotation", image)
        return turned(image, uniform(*self._range), self._mode, self.fill)


def _check_room(op: str, size: tuple[int, int], room: tuple[int, int], cure: str) -> None:
    if size[0] > room[0] or size[1] > room[1]:
        raise ShapeError(f"{op}: expected an image of at least {_by(size)} pixels, but got {_by(room)}; {cure}")


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"
