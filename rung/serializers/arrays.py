"""Save named arrays and load them: the format by the name, the checks that hold for every format."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from rung.errors import DTypeError, UnverifiedWarning, ValueRangeError, WeightFileError, describe
from rung.files import write_atomically
from rung.serializers import metadata as json_metadata
from rung.serializers import npz, pytorch, safetensors
from rung.serializers.contents import METADATA, Array, Contents, checksum, storable

_FORMATS = {"": npz, ".npz": npz, ".safetensors": safetensors}  # by a file name's suffix


def save_arrays(
    path: str | os.PathLike[str], arrays: Mapping[str, Any], metadata: dict[str, Any] | None = None
) -> None:
    """Write named arrays, and perhaps a few facts about them, to one file: all of it, or the old file stays.

    What is saved comes back the same: order, names, dtypes, shapes (0-d and empty ones too), every bit. A SHA-256
    over all of it is saved along, so that damage is noticed. `numpy.load` and `safetensors` read the files as well.

    Args:
        path: the file, under exactly this name. ``.safetensors`` at its end chooses that format; ``.npz``, or no
            suffix at all, chooses NumPy's, not compressed.
        arrays: what to save, by name: arrays or Variables (from any device) of bool, integers, float16, float32 or
            float64, or single numbers. They must not be written to meanwhile.
        metadata: a dict of None, bool, int, float, str, lists and dicts, such as ``{"step": 1000}``.

    Raises:
        DTypeError: something that is no array of plain numbers, or metadata that JSON would not bring back the same.
        ValueRangeError: a name that cannot be used, or another suffix.
        OSError: the file cannot be written; the old one is as it was.

    >>> import tempfile, numpy as np
    >>> path = Path(tempfile.mkdtemp(), "checkpoint.safetensors")
    >>> save_arrays(path, {"l1.W": np.ones((2, 3), np.float32), "step": np.array(7)}, metadata={"optimizer": "Adam"})
    >>> load_arrays(path)["l1.W"].shape, load_metadata(path)
    ((2, 3), {'optimizer': 'Adam'})
    """
    if not isinstance(arrays, Mapping):
        raise DTypeError(f"save_arrays: expected a dict of arrays by name, but got {describe(arrays)}")
    file_format = _format(_checked(path, "save_arrays"))
    plain = {name: storable(name, array) for name, array in arrays.items()}
    if metadata is not None:
        plain = {METADATA: json_metadata.encode(metadata), **plain}
    digest = checksum(plain)
    with write_atomically(path) as file:
        file_format.write(file, plain, digest)


def load_arrays(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Read the named arrays of an ``.npz`` or ``.safetensors`` file; the content says which, not the name.

    Files of others are read too, such as those of `numpy.savez`, of the book's ``save_weights`` (whose ``l1/W``
    becomes ``l1.W``), and of `torch.save`, of which tensors in dicts are taken. A bfloat16 becomes a float32. No file
    can run code, or take more memory than a fixed multiple of its size.

    Raises:
        FileNotFoundError: there is no such file.
        WeightFileError: it is not such a file, or is damaged, or holds anything but plain arrays.

    Warns:
        UnverifiedWarning: the file has no checksum of Rung's.

    >>> import tempfile, numpy as np
    >>> path = Path(tempfile.mkdtemp(), "weights")
    >>> save_arrays(path, {"b": [1, 2]})
    Traceback (most recent call last):
    rung.errors.DTypeError: save_arrays: expected an array or a number as 'b', but got list
    >>> save_arrays(path, {"b": np.array([1, 2])})
    >>> load_arrays(path)
    {'b': array([1, 2])}
    """
    return _load(path)[0]


def load_metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The metadata that were saved along with the arrays of a file; an empty dict if there were none.

    The whole file is read and verified, as by `load_arrays`.
    """
    return _load(path)[1]


def load_arrays_and_metadata(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Both, from one reading of the file, so that they belong together even if it is being replaced."""
    return _load(path)


def _load(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, Any]]:
    file = _checked(path, "load_arrays")
    if not file.exists():
        raise FileNotFoundError(f"load_arrays: there is no file {file}{_alternative(file)}")
    if not stat.S_ISREG(file.stat().st_mode):  # a pipe would wait, a device might never end
        raise WeightFileError(f"load_arrays: expected a file of arrays, but {file} is a folder or a device")
    with open(file, "rb") as stream:
        arrays, metadata, verified = read(stream, str(file))
    if not verified:
        text = f"{file} has no checksum of Rung's, so damage could go unnoticed; save it again with save_arrays"
        warnings.warn(UnverifiedWarning(f"load_arrays: {text}"), stacklevel=3)
    return arrays, metadata


def read(stream: IO[bytes], name: str) -> tuple[dict[str, Array], dict[str, Any], bool]:
    """Arrays, metadata, and whether a checksum vouches for them, from an open file; `name` is for the errors."""
    try:
        contents = _read_contents(stream)
        verified = contents.checksum is not None
        if verified and contents.checksum != checksum(contents.arrays):
            raise WeightFileError("is damaged: its checksum does not fit")
        facts = json_metadata.decode(contents.arrays.pop(METADATA)) if METADATA in contents.arrays else {}
    except WeightFileError as error:
        raise _refusal(name, str(error)) from None
    except Exception as error:  # whatever a parser stumbles over, the cause is the file
        raise _refusal(name, f"is damaged: {error!r:.200}") from error
    return contents.arrays, facts, verified


def _refusal(name: str, reason: str) -> WeightFileError:
    return WeightFileError(f"load_arrays: expected a whole file of arrays, but {name} {reason}")


def _read_contents(stream: IO[bytes]) -> Contents:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    start = stream.read(9)
    stream.seek(0)
    if start[8:] == b"{":
        return safetensors.read(stream, size)
    if start[:4] in (b"PK\3\4", b"PK\5\6"):
        return pytorch.read_archive(stream, size) if pytorch.is_archive(stream) else npz.read(stream, size)
    if pytorch.is_old_file(stream):
        return pytorch.read_old_file(stream, size)
    raise WeightFileError("is neither .npz nor .safetensors nor of PyTorch" if size else "is empty")


def _format(path: Path) -> ModuleType:
    if (suffix := path.suffix.lower()) not in _FORMATS:
        raise ValueRangeError(
            f"save_arrays: expected a name that ends in .npz or .safetensors, but got {path.name!r}"
        )
    return _FORMATS[suffix]


def _checked(path: Any, function: str) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise DTypeError(f"{function}: expected the path of a file, but got {describe(path)}")
    if "\0" in str(path) or not str(path):
        raise ValueRangeError(f"{function}: expected the path of a file, but got {str(path)!r}")
    return Path(path)


def _alternative(path: Path) -> str:
    """A hint at a file that differs by the suffix, which other programs add by themselves."""
    for suffix in (".npz", ".safetensors"):
        if path.with_name(path.name + suffix).is_file():
            return f", but there is {path.name + suffix}"
    return ""
