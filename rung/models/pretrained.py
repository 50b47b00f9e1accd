"""Weights that others have trained: where they are, what they must hash to, and how a model gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rung.files import download


@dataclass(frozen=True)
class Weights:
    """A file of weights on the network.

    Attributes:
        urls: mirrors of the file.
        checksum: its SHA-256, or the first digits of it, where whoever published the file gives no more.
        licence: and source, for those who build on them.
        name: of the file in the cache; that of the first URL if empty.
    """

    urls: tuple[str, ...]
    checksum: str
    licence: str
    name: str = ""

    def load_into(self, model: Any) -> None:
        """Fetch the file, if it is not in the cache yet, check it, and give a model its arrays, all or nothing."""
        import warnings

        from rung.errors import UnverifiedWarning
        from rung.serializers import load_arrays

        name = self.name or self.urls[0].rpartition("/")[2]
        path = download(self.urls, f"weights/{name}", self.checksum, limit=1 << 32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnverifiedWarning)  # the checksum of the whole file was
            model.load_state_dict(load_arrays(path))


def of_torchvision(file: str) -> Weights:
    """Weights of torchvision, whose file names end in the first eight digits of the SHA-256."""
    digits = file.removesuffix(".pth").rpartition("-")[2]
    return Weights((f"https://download.pytorch.org/models/{file}",), digits, "BSD-3-Clause, torchvision, ImageNet")
