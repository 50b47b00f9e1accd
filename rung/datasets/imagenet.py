"""ImageNet's thousand classes, and its photographs where they are at hand."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from rung.datasets.image_folder import ImageFolder
from rung.errors import ValueRangeError


class ImageNet(ImageFolder):
    """Photographs of a thousand classes: a folder for each, named by its synset: `root/n02123045/1.JPEG`.

    The arguments are those of `ImageFolder`. The images are not downloaded: whoever may use them gets them from
    https://image-net.org. There may be folders for some of the classes only; labels are always the numbers from 0 to
    999 by which trained models know the classes.

    Shape: x float32 (3, height, width), t int, the number of the class

    Raises: as `ImageFolder` does, and `ValueRangeError` for a folder that is none of the thousand.

    Source: O. Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, 2015.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "n02123045").mkdir()
    >>> Image.new("RGB", (6, 4)).save(root / "n02123045" / "1.png")
    >>> x, t = ImageNet(root)[0]
    >>> x.shape, int(t), ImageNet.labels()[t]
    ((3, 4, 6), 281, 'tabby, tabby cat')
    """

    @staticmethod
    def labels() -> dict[int, str]:
        """The names of the classes by their numbers; synonyms are separated by commas.

        Source: G. A. Miller, WordNet: A Lexical Database for English, 1995.

        >>> labels = ImageNet.labels()
        >>> len(labels), labels[0], labels[340]
        (1000, 'tench, Tinca tinca', 'zebra')
        """
        return dict(enumerate(_synsets().values()))

    def prepare(self) -> None:
        super().prepare()
        folders, synsets = self.classes, list(_synsets())
        unknown = sorted(set(folders) - set(synsets))
        if unknown:
            expected = "expected folders with the names of ImageNet's synsets, such as n02123045"
            cure = "ImageFolder takes any names"
            raise ValueRangeError(f"ImageNet: {expected}, but {self.root} has {unknown[0]!r}; {cure}")
        self.classes = list(_synsets().values())
        self.label = np.array([synsets.index(name) for name in folders])[self.label]


@cache
def _synsets() -> dict[str, str]:
    """The name of each class by its synset, in the order of the classes: a line of the file for each."""
    lines = files("rung.datasets").joinpath("imagenet.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)
