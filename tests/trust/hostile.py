"""Files made to do harm: they must be refused with one kind of error, soon, and in little memory."""

import io
import json
import pickle
import random
import struct
import tracemalloc
import zipfile

import numpy as np

from rung.errors import WeightFileError
from rung.serializers import npz
from rung.serializers.arrays import read

from .rows import row

MULTIPLE = 64  # of the file's size, that reading it may take in memory
ROOM = 1 << 18  # bytes, that reading any file may take


class CodeWasRunError(BaseException):
    """Not an Exception, so that nothing swallows it."""


class Bomb:
    def __reduce__(self):
        return (_explode, ())


def _explode():
    raise CodeWasRunError


def _npy(array, allow_pickle=False):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


def _npy_header(shape="(1,)", descr="'<f4'", version=b"\1\0", length=None, order="False"):
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode("latin-1")
    width = 2 if version == b"\1\0" else 4
    return b"\x93NUMPY" + version + (len(text) if length is None else length).to_bytes(width, "little") + text


def _zip(*members, compression=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return stream.getvalue()


def _claiming(file, field, value, signature=b"PK\1\2"):
    """A zip file whose first central entry (or end record) says something else in a field of four bytes."""
    place = file.index(signature) + field
    return file[:place] + struct.pack("<I", value) + file[place + 4 :]


def _same_bytes_often(count):
    """An archive whose entries all mean the same compressed bytes."""
    single = _zip(("a.npy", _npy(np.zeros(1 << 20, np.int8))), compression=zipfile.ZIP_DEFLATED)
    start, end = single.index(b"PK\1\2"), single.index(b"PK\5\6")
    entries = single[start:end] * count
    record = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(entries), start, 0)
    return single[:start] + entries + record


def _safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def _entry(dtype="F32", shape=(1,), begin=0, end=4, **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end], **more}


ONE = _npy(np.ones(1, np.float32))

NPZ = {
    "objects": _zip(("a.npy", _npy(np.array([Bomb()]), allow_pickle=True))),
    "a pickle": _zip(("a.npy", pickle.dumps(Bomb()))),
    "a torch file": _zip(("archive/data.pkl", pickle.dumps(Bomb()))),
    "2**50 elements": _zip(("a.npy", _npy_header(f"({2**50},)") + b"1234")),
    "2**62 elements in two axes": _zip(("a.npy", _npy_header(f"({2**31}, {2**31})") + b"1234")),
    "an overflow to one element": _zip(("a.npy", _npy_header(f"({2**32}, {2**32}, 1)") + b"1234")),
    "an enormous empty array": _zip(("a.npy", _npy_header(f"({2**60}, {2**60}, 0)"))),
    "digits without end": _zip(("a.npy", _npy_header(f"({'9' * 9000},)") + b"1234")),
    "a thousand axes": _zip(("a.npy", _npy_header(f"({'1,' * 1000})") + b"1234")),
    "a negative axis": _zip(("a.npy", _npy_header("(-1,)") + b"1234")),
    "a shape of text": _zip(("a.npy", _npy_header("'x'") + b"1234")),
    "code as a shape": _zip(("a.npy", _npy_header("(print(1),)") + b"1234")),
    "nested brackets": _zip(("a.npy", _npy_header("(" * 4000 + ")" * 4000) + b"1234")),
    "a header of 4 GiB": _zip(("a.npy", _npy_header(version=b"\2\0", length=2**32 - 1) + b"1234")),
    "a header beyond the end": _zip(("a.npy", _npy_header(length=60000))),
    "an unknown version": _zip(("a.npy", _npy_header(version=b"\7\0") + b"1234")),
    "an unknown dtype": _zip(("a.npy", _npy_header(descr="'<q9'") + b"1234")),
    "a record": _zip(("a.npy", _npy(np.zeros(2, [("x", "f4"), ("y", "i4")])))),
    "dates": _zip(("a.npy", _npy(np.array(["2020-01-01"], "M8[D]")))),
    "text": _zip(("a.npy", _npy(np.array(["text"])))),
    "complex numbers": _zip(("a.npy", _npy(np.array([1j])))),
    "bool that is 2": _zip(("a.npy", _npy_header(descr="'|b1'") + b"\2")),
    "extra bytes": _zip(("a.npy", ONE + b"more")),
    "missing bytes": _zip(("a.npy", ONE[:-1])),
    "two arrays of one name in two spellings": _zip(("a/b.npy", ONE), ("a.b.npy", ONE)),
    "a file that is no array": _zip(("a.npy", ONE), ("../../readme.txt", b"hello")),
    "a folder": _zip(("a/", b"")),
    "bzip2": _zip(("a.npy", ONE), compression=zipfile.ZIP_BZIP2),
    "lzma": _zip(("a.npy", ONE), compression=zipfile.ZIP_LZMA),
    "metadata that are no dict": _zip(("__metadata__.npy", _npy(np.frombuffer(b"[1]", np.uint8)))),
    "metadata without end": _zip(("__metadata__.npy", _npy(np.frombuffer(b"[" * 100_000, np.uint8)))),
    "a claimed size": _claiming(_zip(("a.npy", ONE)), 24, 2**32 - 2),
    "a claimed compressed size": _claiming(_zip(("a.npy", ONE)), 20, 2**32 - 2),
    "a claimed place": _claiming(_zip(("a.npy", ONE)), 42, 2**31),
    "a claimed directory": _claiming(_zip(("a.npy", ONE)), 12, 2**32 - 2, b"PK\5\6"),
    "encryption": _claiming(_zip(("a.npy", ONE)), 8, 1),
    "garbage behind the end": _zip(("a.npy", ONE)) + b"garbage",
    "garbage before the start": b"garbage" + _zip(("a.npy", ONE)),
    "a zip bomb": _zip(("a.npy", bytes(npz.UNPACKED_LIMIT + 1)), compression=zipfile.ZIP_DEFLATED),
    "a bomb of overlapping members": _same_bytes_often(2000),
    "a directory of nothing": _zip(*[(f"{i}", b"") for i in range(5000)]),
}

SAFETENSORS = {
    "a header of 2**64 bytes": b"\xff" * 8 + b"{}",
    "a header of 2**40 bytes": (2**40).to_bytes(8, "little") + b"{}",
    "no JSON": _safetensors(b"{not json"),
    "no UTF-8": _safetensors(b'{"\xff": 1}'),
    "nested lists": _safetensors(b'{"a":' + b"[" * 100_000),
    "nested dicts": _safetensors(b'{"a":' * 100_000),
    "a million small lists": _safetensors(b'{"a":[' + b"[]," * 300_000 + b"[]]}"),
    "digits without end": _safetensors(b'{"a":' + b"9" * 9000 + b"}"),
    "a name twice": _safetensors(b'{"a":%s,"a":%s}' % ((json.dumps(_entry()).encode(),) * 2), b"1234"),
    "a field twice": _safetensors(b'{"a":{"dtype":"F32","shape":[2],"shape":[1],"data_offsets":[0,4]}}', b"1234"),
    "overlapping arrays": _safetensors({"a": _entry(), "b": _entry()}, b"1234"),
    "half overlapping arrays": _safetensors({"a": _entry(), "b": _entry(begin=2, end=6)}, b"123456"),
    "a gap": _safetensors({"a": _entry(), "b": _entry(begin=8, end=12)}, b"123456789012"),
    "unused bytes": _safetensors({"a": _entry()}, b"12345678"),
    "an array outside the file": _safetensors({"a": _entry(end=8, shape=[2])}, b"1234"),
    "an end before its begin": _safetensors({"a": _entry(begin=4, end=0)}, b"1234"),
    "a negative place": _safetensors({"a": _entry(begin=-4, end=0)}, b"1234"),
    "a place that is no integer": _safetensors({"a": _entry(end=4.0)}, b"1234"),
    "a place that is true": _safetensors({"a": _entry("U8", begin=0, end=True)}, b"1"),
    "2**50 elements": _safetensors({"a": _entry(shape=[2**50], end=2**52)}, b"1234"),
    "an overflow to no element": _safetensors({"a": _entry(shape=[2**32, 2**32], end=0)}),
    "an enormous empty array": _safetensors({"a": _entry(shape=[2**60, 2**60, 0], end=0)}),
    "a thousand axes": _safetensors({"a": _entry(shape=[1] * 1000)}, b"1234"),
    "a large product": _safetensors({"a": _entry(shape=[2**61] * 20_000)}, b"1234"),
    "a shape that does not fit": _safetensors({"a": _entry(shape=[3])}, b"1234"),
    "a shape of text": _safetensors({"a": _entry(shape="(1,)")}, b"1234"),
    "an unknown dtype": _safetensors({"a": _entry("F33")}, b"1234"),
    "a dtype that NumPy has not": _safetensors({"a": _entry("F8_E4M3", end=1)}, b"1"),
    "a further field": _safetensors({"a": _entry(code="print()")}, b"1234"),
    "no fields": _safetensors({"a": {}}),
    "half a character as a name": _safetensors({"\ud800": _entry()}, b"1234"),
    "bool that is 2": _safetensors({"a": _entry("BOOL", end=1)}, b"\2"),
    "notes that are no text": _safetensors({"__metadata__": {"a": 1}}),
    "notes that are a list": _safetensors({"__metadata__": []}),
    "a checksum that does not fit": _safetensors({"__metadata__": {"rung.sha256": "0" * 64}}),
    "our notes without a checksum": _safetensors({"__metadata__": {"rung.metadata": "{}"}}),
}

_OLD = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + pickle.dumps(1001, 2) + pickle.dumps({}, 2)


def _pytorch(pickled, *storages):
    return _zip(("x/data.pkl", pickled), *[(f"x/data/{i}", data) for i, data in enumerate(storages)])


def _tensor(size=1, offset=b"K\0", shape=b"K\1\x85", strides=b"K\1\x85", kind=b"FloatStorage"):
    """A dict of one tensor, in the opcodes of a pickle."""
    storage = b"(X\7\0\0\0storagectorch\n" + kind + b"\nX\1\0\0\0" + b"0X\3\0\0\0cpu"
    storage += b"\x8a\x08" + size.to_bytes(8, "little", signed=True) + b"tQ"
    return (b"\x80\2}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + shape + strides
            + b"\x89}tRs.")  # fmt: skip


def _key(text):
    return b"X" + len(text).to_bytes(4, "little") + text


def _item(value):
    """A pickled dict of one value, under the name a."""
    return b"\x80\2}" + _key(b"a") + value + b"s."


_DOUBLED = b"Nq\0" + b"h\0h\0\x86q\0" * 60  # a pair of a pair of a pair …: 2**60 of nothing, in 480 bytes
_ONE_TENSOR = _tensor()[len(b"\x80\2}X\1\0\0\0a") : -len(b"s.")]

PYTORCH = {
    "a long name over ten thousand values": _pytorch(
        b"\x80\2}" + _key(b"k" * 100_000) + b"](" + b"N" * 10_000 + b"es."
    ),
    "a long name over one tensor often": _pytorch(
        b"\x80\2}" + _key(b"k" * 900) + _ONE_TENSOR + b"q\1](" + b"h\1" * 10_000 + b"es.", b"1234"
    ),
    "a long name in a long name": _pytorch(
        b"\x80\2}" + (_key(b"k" * 900) + b"}") * 2 + _key(b"a") + _ONE_TENSOR + b"sss.", b"1234"
    ),
    "a list that holds itself 50,000 times": _pytorch(_item(b"]q\1(" + b"h\1" * 50_000 + b"e")),
    "a dict that holds itself": _pytorch(b"\x80\2}q\1" + _key(b"a") + b"h\1s."),
    "one tensor 50,000 times": _pytorch(_item(_ONE_TENSOR + b"q\1](" + b"h\1" * 50_000 + b"e"), b"1234"),
    "a thousand times a thousand times a thousand": _pytorch(
        _item(b"N]q\1(" + b"N" * 1000 + b"e](" + b"h\1" * 1000 + b"eq\1](" + b"h\1" * 1000 + b"e")
    ),
    "a pair of pairs as a key": _pytorch(b"\x80\2" + _DOUBLED + b"}h\0Ns."),
    "a pair of pairs as a pair's key": _pytorch(b"\x80\2" + _DOUBLED + b"ccollections\nOrderedDict\n(](h\0N\x86etR."),
    "a pair of pairs as a name": _pytorch(b"\x80\2" + _DOUBLED + b"h\0\x93."),
    "a pair of pairs as a storage": _pytorch(b"\x80\2" + _DOUBLED + b"Q."),
    "a pair of pairs as a function": _pytorch(b"\x80\2" + _DOUBLED + b")R."),
    "a pair of pairs as an old storage's key": _OLD + pickle.dumps({}, 2) + b"\x80\2" + _DOUBLED + b"](h\0e.",
    "half a million dicts in the memo": _pytorch(b"\x80\2" + b"}\x94" * 500_000),
    "a million dicts": _pytorch(b"\x80\2" + b"}" * 1_000_000),
    "code": _pytorch(pickle.dumps({"a": Bomb()}, 2)),
    "code in an old file": _OLD + pickle.dumps({"a": Bomb()}, 2),
    "code before an old file's tensors": _OLD[:16] + pickle.dumps(Bomb(), 2),
    "a storage that is not there": _pytorch(_tensor()),
    "a storage of another size": _pytorch(_tensor(2), b"1234"),
    "2**60 elements": _pytorch(_tensor(2**60), b"1234"),
    "a negative size": _pytorch(_tensor(-1), b"1234"),
    "an offset beyond the storage": _pytorch(_tensor(offset=b"K\1"), b"1234"),
    "a negative offset": _pytorch(_tensor(offset=b"J\xff\xff\xff\xff"), b"1234"),
    "a stride beyond the storage": _pytorch(_tensor(2, shape=b"K\2\x85", strides=b"K\2\x85"), b"12345678"),
    "a stride of 0 over 2**31 elements": _pytorch(
        _tensor(shape=b"J\xff\xff\xff\x7f\x85", strides=b"K\0\x85"), b"1234"
    ),
    "an axis without a stride": _pytorch(_tensor(strides=b")"), b"1234"),
    "a shape of text": _pytorch(_tensor(shape=b"X\1\0\0\x001\x85"), b"1234"),
    "a storage of an unknown kind": _pytorch(_tensor(kind=b"ComplexFloatStorage"), b"12345678"),
    "a pickle that never ends": _pytorch(b"\x80\2" + b"}" * 1000),
    "marks alone": _pytorch(b"\x80\2" + b"(" * 100_000 + b"."),
    "an empty stack": _pytorch(b"\x80\2Rs."),
    "a memo that is not there": _pytorch(b"\x80\2h\7."),
    "no dict": _pytorch(pickle.dumps([1, 2], 2)),
    "another order of bytes": _zip(("x/data.pkl", b"\x80\2}."), ("x/byteorder", b"big")),
    "a compressed pickle": _zip(("x/data.pkl", b"\x80\2}." + bytes(9000)), compression=zipfile.ZIP_DEFLATED),
}

NEITHER = {
    "nothing": b"",
    "one byte": b"P",
    "text": b"hello, world",
    "zeros": bytes(100),
    "a pickle": pickle.dumps(Bomb()),
}


def _judge(trial, data, what, must_fail=True):
    tracemalloc.start()
    try:
        read(io.BytesIO(data), "a hostile file")
        if must_fail:
            trial.wrong(f"{what} was accepted")
    except WeightFileError as error:
        if len(str(error)) > 500:
            trial.bad(f"{what}: an error of {len(str(error))} characters")
    except BaseException as error:
        trial.bad(f"{what}: {error!r:.200}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if peak > MULTIPLE * len(data) + ROOM:
        trial.bad(f"{what}: took {peak} bytes for a file of {len(data)}")


@row("hostile .npz, .safetensors, PyTorch's and other files: code, bombs, false claims")
def hostile_files(trial):
    assert read(io.BytesIO(_pytorch(_tensor(), b"1234")), "what the hostile ones differ from")[0]
    kinds = [(kind, what) for kind in (NPZ, SAFETENSORS, PYTORCH, NEITHER) for what in kind]
    for kind, what in trial.each(kinds):
        _judge(trial, kind[what], what)


@row("headers put together at random from what parsers stumble over")
def random_headers(trial):
    numbers = [0, 1, 2, 4, 8, -1, 2**31, 2**32, 2**50, 2**63, 2**64, 10**30, 1.5, True, None, "4", [], {}]
    codes = ["F32", "BF16", "BOOL", "I64", "F8_E5M2", "f32", "", 4, None, []]
    descrs = ["'<f4'", "'|b1'", "'>i8'", "'|O'", "'<U4'", "[('a', '<f4')]", "''", "4", "'f4,f4'"]
    names = ["a", "b", "", "é", "\0", "\ud800", "../a", "__metadata__", "a/b", "a.b", "x" * 500]
    for seed in trial.each(range(50_000), quick=1500):
        chance = random.Random(seed)

        def some(values, chance=chance):
            return [chance.choice(values) for _ in range(chance.choice([0, 1, 1, 2, 2, 3]))]

        if seed % 2:
            entries = {
                name: _entry(chance.choice(codes), some(numbers), *chance.choices(numbers, k=2))
                for name in some(names)
            }
            data = _safetensors(entries, bytes(chance.choice([0, 4, 8, 16])))
        else:
            members = [
                (
                    name + ".npy",
                    _npy_header(str(tuple(some(numbers))), chance.choice(descrs), chance.choice([b"\1\0", b"\2\0"]))
                    + bytes(chance.choice([0, 4, 8, 16])),
                )
                for name in {name.replace("\ud800", "") for name in some(names)}
            ]
            data = _zip(*members)
        _judge(trial, data, f"seed {seed}", must_fail=False)
