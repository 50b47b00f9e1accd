"""A megabyte of Shakespeare, letter by letter."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung import files
from rung.datasets.dataset import Dataset, Transform
from rung.errors import DownloadError, ValueRangeError

URLS = ["https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"]
NAME = "tinyshakespeare/input.txt"
SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
ALPHABET = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TRAIN = 0.9  # the share of the text, from its beginning, to train on


class TinyShakespeare(Dataset):
    """1,115,394 letters from Shakespeare's plays: 90 % to train on, 10 % to test with. The task is the next letter.

        x = letters i, ..., i + length - 1        t = letters i + 1, ..., i + length

    length: letters in a sample; the samples follow one another and share no letter of x. None gives single letters,
        as `SeqDataLoader` wants them.

    Shape: data int64 (n, length), label int64 (n, length); (n,) each if length is None

    A letter's number is its place in `classes`; `encode` and `decode` translate.

    Raises: `DownloadError` if the file cannot be fetched or is another, `ValueRangeError` for a `length` that gives
    no samples.

    Source: A. Karpathy, The Unreasonable Effectiveness of Recurrent Neural Networks, 2015.

    >>> TinyShakespeare.decode(TinyShakespeare.encode("To be"))
    'To be'
    """

    classes = list(ALPHABET)

    def __init__(
        self,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        length: int | None = 128,
    ):
        self.length = length
        super().__init__(train, transform, target_transform)

    def prepare(self) -> None:
        codes = self.encode(_read())
        cut = int(TRAIN * len(codes))
        codes = codes[:cut] if self.train else codes[cut:]
        count = len(codes) - 1 if self.length is None else (len(codes) - 1) // max(self.length, 1)
        if count < 1 or (self.length is not None and self.length < 1):
            longest = len(codes) - 1
            raise ValueRangeError(f"TinyShakespeare: expected a length from 1 to {longest}, but got {self.length}")
        shape = (count,) if self.length is None else (count, self.length)
        size = int(np.prod(shape))
        self.data, self.label = codes[:size].reshape(shape), codes[1 : size + 1].reshape(shape)

    @staticmethod
    def text() -> str:
        """The whole text, as it is in the file."""
        return _read()

    @staticmethod
    def encode(text: str) -> Any:
        """The numbers of the letters of a text, int64.

        >>> TinyShakespeare.encode("abc")
        array([39, 40, 41])
        """
        letters = np.array(list(text), dtype="U1")
        known = np.array(list(ALPHABET))
        codes = np.searchsorted(known, letters).clip(max=len(known) - 1)
        if (known[codes] != letters).any():
            strange = sorted(set(text) - set(ALPHABET))
            raise ValueRangeError(f"TinyShakespeare: expected letters of its alphabet, but got {strange[0]!r}")
        return codes.astype(np.int64)

    @staticmethod
    def decode(codes: Any) -> str:
        """The text of numbers of letters.

        >>> TinyShakespeare.decode([20, 43, 63, 2])
        'Hey!'
        """
        return "".join(ALPHABET[int(code)] for code in np.ravel(codes))


def _read() -> str:
    path = files.find(NAME) or files.download(URLS, NAME, SHA256)
    try:
        return path.read_bytes().decode("ascii")
    except UnicodeDecodeError as error:
        raise DownloadError(
            f"TinyShakespeare: expected {path} to be a text of plain letters, but it is not"
        ) from error
