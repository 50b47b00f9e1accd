"""Weights that PyTorch saved: the pickle inside is read as a list of opcodes, and nothing in it is ever called.

A file of `torch.save` is a zip archive of a pickle and of the bytes of each storage; before 2020 it was a row of
pickles with the storages behind. The pickle of a state dict needs a dozen opcodes and four names. They are
interpreted here on values of our own; whatever else a pickle may ask for is refused by name.

Source: torch/serialization.py, torch/_utils.py and the standard library's pickletools, for what the bytes mean.
"""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, NamedTuple

import numpy as np

from rung.errors import WeightFileError
from rung.serializers.contents import Array, Contents, byte_count, read_array
from rung.serializers.npz import Archive

MAGIC = 0x1950A86A20F9469CFC6C  # the first number of an old file, pickled
_OLD_START = b"\x80\x02\x8a\x0a" + MAGIC.to_bytes(10, "little") + b"."
PICKLE_LIMIT = 1 << 26  # bytes; a state dict of 100,000 tensors takes a fifth of it
DEPTH_LIMIT = 16  # of dicts in dicts
NAME_LIMIT = 1000  # characters of a path
BYTES_OF_A_TENSOR = 32  # the least that a tensor takes of a file; a pickle can name one again in two bytes
DTYPES = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "<u2",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "|i1",
    "ByteStorage": "|u1", "BoolStorage": "|b1",
}  # fmt: skip


class Name(NamedTuple):
    """A global that a pickle asks for; it stays a name."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"[:80]


class Storage(NamedTuple):
    """Where the numbers of tensors lie: a key, and what they are."""

    key: str
    kind: str
    size: int


class Tensor(NamedTuple):
    """A look into a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def is_old_file(file: IO[bytes]) -> bool:
    """Whether a file begins with the pickled magic number."""
    file.seek(0)
    start = file.read(len(_OLD_START))
    file.seek(0)
    return start == _OLD_START


def is_archive(file: IO[bytes]) -> bool:
    """Whether a zip archive is of PyTorch: it holds a pickle in its folder."""
    with Archive(file) as archive:
        return any(name.endswith("/data.pkl") for name in archive.namelist())


def read_archive(file: IO[bytes], size: int) -> Contents:
    """Read a file of `torch.save` since version 1.6."""
    with Archive(file) as archive:
        members = {member.filename: member for member in archive.infolist()}
        if any(m.compress_type != zipfile.ZIP_STORED or m.compress_size != m.file_size for m in members.values()):
            raise WeightFileError("is compressed, which PyTorch's files are not")
        if sum(member.file_size for member in members.values()) > size or len(members) != len(archive.infolist()):
            raise WeightFileError("claims more bytes than it has")
        folder = next(name for name in members if name.endswith("/data.pkl")).removesuffix("data.pkl")
        if members[folder + "data.pkl"].file_size > PICKLE_LIMIT:
            raise WeightFileError(f"has a pickle of more than {PICKLE_LIMIT} bytes")
        if folder + "byteorder" in members and archive.read(folder + "byteorder") != b"little":
            raise WeightFileError("is of a machine with another order of bytes")
        with archive.open(folder + "data.pkl") as stream:
            tree = interpret(stream)

        def load(storage: Storage) -> Array:
            name = f"{folder}data/{storage.key}"
            if name not in members or members[name].file_size != _bytes(storage):
                raise WeightFileError(f"has no storage {storage.key!r:.80} of the size that it claims")
            with archive.open(name) as stream:
                return _numbers(storage, stream)

        return Contents(_arrays(tree, size, load), None)


def read_old_file(file: IO[bytes], size: int) -> Contents:
    """Read a file of `torch.save` before version 1.6, as those of torchvision's older weights."""
    if interpret(file) != MAGIC or interpret(file) != 1001:
        raise WeightFileError("is of an unknown version of PyTorch")
    interpret(file)  # facts about the machine
    tree = interpret(file)
    keys = _of_type(interpret(file), list)
    storages = {tensor.storage.key: tensor.storage for _, tensor in _tensors(tree, size)}
    loaded: dict[str, Array] = {}
    for key in keys:
        key = _of_type(key, str)
        count = int.from_bytes(file.read(8), "little")
        if key not in storages or storages[key].size != count or _bytes(storages[key]) > size - file.tell():
            raise WeightFileError(f"has no storage {key!r:.80} of the size that it claims")
        loaded[key] = _numbers(storages[key], file)
    if missing := storages.keys() - loaded.keys():
        raise WeightFileError(f"has no storage {min(missing)!r:.80}")
    return Contents(_arrays(tree, size, lambda storage: loaded[storage.key]), None)


# Tensors --------------------------------------------------------------------------------------------------------


def _arrays(tree: Any, size: int, load: Callable[[Storage], Array]) -> dict[str, Array]:
    """Every tensor by its path. Those that share a storage share memory: no file takes more than it has."""
    storages: dict[Storage, Array] = {}
    arrays: dict[str, Array] = {}
    for name, tensor in _tensors(tree, size):
        if tensor.storage not in storages:
            storages[tensor.storage] = load(tensor.storage)
        if name in arrays:
            raise WeightFileError("holds two arrays of one name")
        arrays[name] = _look(name, tensor, storages[tensor.storage])
    return arrays


def _tensors(tree: Any, size: int) -> Iterator[tuple[str, Tensor]]:
    """Every tensor in nested dicts and lists, with its path; what is no tensor is left out.

    Dicts may be shared and may hold themselves, so a small pickle can describe a tree without end. It is walked
    step by step, with no more in memory than the path to where one is.
    """
    stack, seen, found = [("", _children(_of_type(tree, dict)))], 0, 0
    while stack:
        path, children = stack[-1]
        for key, node in children:
            seen += 1
            found += isinstance(node, Tensor)
            if seen > PICKLE_LIMIT // 64 or found > size // BYTES_OF_A_TENSOR:
                raise WeightFileError("holds more than a file of its size can")
            if isinstance(node, Tensor):
                yield _joined(path, key), node
            elif type(node) in (dict, list, tuple):
                if len(stack) > DEPTH_LIMIT:
                    raise WeightFileError("holds dicts that are nested too deeply")
                stack.append((_joined(path, key), _children(node)))
                break
        else:
            stack.pop()


def _children(node: Any) -> Iterator[tuple[Any, Any]]:
    return iter(node.items()) if isinstance(node, dict) else enumerate(node)


def _joined(path: str, key: Any) -> str:
    name = f"{path}.{key}" if path else str(key)
    if len(name) > NAME_LIMIT:
        raise WeightFileError(f"holds a name of more than {NAME_LIMIT} characters, {name!r:.80}")
    return name


def _look(name: str, tensor: Tensor, storage: Array) -> Array:
    shape, strides = tensor.shape, tensor.strides
    sizes = (tensor.offset, *shape, *strides)
    if len(shape) != len(strides) or any(type(n) is not int or n < 0 for n in sizes):
        raise WeightFileError(f"claims an impossible shape for {name!r:.80}")
    count = byte_count(name, shape, np.dtype(np.int8))
    last = tensor.offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if count and (last >= storage.size or count > storage.size):
        raise WeightFileError(f"claims a shape for {name!r:.80} that its storage does not fill")
    if not count:
        return np.empty(shape, storage.dtype)
    steps = [step * storage.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], shape, steps)


def _bytes(storage: Storage) -> int:
    return byte_count(storage.key, (storage.size,), np.dtype(DTYPES[storage.kind]))


def _numbers(storage: Storage, stream: IO[bytes]) -> Array:
    array = read_array(storage.key, stream, (storage.size,), np.dtype(DTYPES[storage.kind]))
    if storage.kind == "BFloat16Storage":  # a bfloat16 is the upper half of a float32
        return (array.astype("<u4") << np.uint32(16)).view("<f4")
    return array


# Pickles --------------------------------------------------------------------------------------------------------

_MARK: Any = object()
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_DICT": dict, "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple, "MARK": lambda: _MARK,
}  # fmt: skip
_LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES",
    "SHORT_BINBYTES", "BINSTRING", "SHORT_BINSTRING",
}  # fmt: skip
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MAKERS = {"EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "TUPLE", *_TUPLES, "REDUCE"}
_PUTS, _GETS = {"BINPUT", "LONG_BINPUT", "PUT"}, {"BINGET", "LONG_BINGET", "GET"}


def interpret(stream: IO[bytes]) -> Any:
    """The value that a pickle describes, made of dicts, lists, tuples, numbers, texts and `Tensor`s alone.

    >>> import io, pickle
    >>> interpret(io.BytesIO(pickle.dumps({"epoch": 3}, protocol=2)))
    {'epoch': 3}
    >>> interpret(io.BytesIO(pickle.dumps(print, protocol=2)))
    Traceback (most recent call last):
    rung.errors.WeightFileError: asks for __builtin__.print, which no weights need
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    argument: Any
    place: Any  # in bytes
    made = 0
    for opcode, argument, place in pickletools.genops(stream):
        name = opcode.name
        made += name in _MAKERS
        if made > 1000 + place // 3:  # where a pickler needs three bytes or more for each
            raise WeightFileError("holds more dicts, lists and tuples than weights need")
        if name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in _LITERALS:
            stack.append(argument)
        elif name in _PUTS:
            memo[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in _GETS:
            stack.append(memo[int(argument)])
        elif name in _TUPLES:
            stack[-_TUPLES[name] :] = [tuple(stack[-_TUPLES[name] :])]
        elif name == "TUPLE":
            stack.append(tuple(_since_mark(stack)))
        elif name == "GLOBAL":
            stack.append(_checked_name(Name(*argument.split(" ", 1))))
        elif name == "STACK_GLOBAL":
            stack[-2:] = [_checked_name(Name(*(_of_type(part, str) for part in stack[-2:])))]
        elif name == "BINPERSID":
            stack.append(_storage(stack.pop()))
        elif name == "REDUCE":
            function, arguments = stack[-2:]
            stack[-2:] = [_called(function, arguments)]
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else _since_mark(stack)
            _of_type(stack[-1], list).extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = [stack.pop(-2), stack.pop()] if name == "SETITEM" else _since_mark(stack)
            _fill(_of_type(stack[-1], dict), zip(items[::2], items[1::2], strict=True))
        elif name == "BUILD":  # a state dict's notes on versions, or a parameter's on itself
            stack.pop()
        elif name == "STOP":
            return stack.pop()
        elif name not in ("PROTO", "FRAME"):
            raise WeightFileError(f"asks for the opcode {name}, which no weights need")
    raise WeightFileError("ends within a pickle")


_KNOWN = {
    "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_parameter", *(f"torch.{kind}" for kind in DTYPES), "torch.storage.UntypedStorage",
}  # fmt: skip


def _checked_name(name: Name) -> Name:
    if f"{name.module}.{name.name}" not in _KNOWN:
        raise WeightFileError(f"asks for {name}, which no weights need")
    return name


def _storage(identity: Any) -> Storage:
    match identity:
        case ("storage", Name("torch", str(kind)), str(key), str(_), int(size), *_) if kind in DTYPES and size >= 0:
            return Storage(key, kind, size)
    raise WeightFileError("does not say plainly what a storage is")


def _called(function: Any, arguments: Any) -> Any:
    name = str(_of_type(function, Name))
    match name, arguments:
        case "collections.OrderedDict", ():
            return {}
        case "collections.OrderedDict", (list(pairs),):
            return _fill({}, pairs)
        case "torch._utils._rebuild_parameter", (Tensor() as tensor, *_):
            return tensor
        case "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor", (
            Storage() as storage, int(offset), tuple(shape), tuple(strides), *_,
        ):  # fmt: skip
            return Tensor(storage, offset, shape, strides)
    raise WeightFileError(f"calls {name} in a way that no weights need")


_KEYS = (str, int, float, bytes, bool, type(None))


def _fill(node: dict[Any, Any], pairs: Iterable[Any]) -> dict[Any, Any]:
    """Put pairs into a dict. The hash of a tuple of tuples can take for ever, so keys are simple."""
    for key, value in pairs:
        if type(key) not in _KEYS:
            raise WeightFileError(f"holds a dict with a {type(key).__name__} as key, which no weights need")
        node[key] = value
    return node


def _since_mark(stack: list[Any]) -> list[Any]:
    place = max(i for i, value in enumerate(stack) if value is _MARK)
    items = stack[place + 1 :]
    del stack[place:]
    return items


def _of_type(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise WeightFileError(f"asks for what a {type(value).__name__} has not")
    return value
