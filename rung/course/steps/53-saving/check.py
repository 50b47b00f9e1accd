import importlib
import os
import pathlib
import sys
import tempfile
import types
from contextlib import contextmanager

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same, in_fresh_interpreter

Layer, Linear = myrung.layers.Layer, myrung.layers.Linear
X = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]], np.float32)


class Net(myrung.Model):
    def __init__(self, width=4):
        super().__init__()
        self.l1, self.l2 = Linear(width), Linear(2, nobias=True)

    def forward(self, x):
        return self.l2(myrung.tanh(self.l1(x)))


class House(myrung.Model):
    def __init__(self):
        super().__init__()
        self.net, self.scale = Net(), myrung.Parameter(np.array(2.0), name="scale")

    def forward(self, x):
        return self.net(x) * self.scale


def called(model):
    """The model, after a first call, so that all of its weights have numbers."""
    model(X)
    return model


@contextmanager
def folder():
    with tempfile.TemporaryDirectory() as path:
        yield pathlib.Path(path)


def saved(model, path):
    model.save_weights(path)
    if not os.path.isfile(path):
        names = ", ".join(sorted(file.name for file in pathlib.Path(path).parent.iterdir())) or "nothing"
        raise Unmet("the folder after save_weights", f"a file {pathlib.Path(path).name}", names, Layer.save_weights)


def values(model):
    return {name: np.copy(param.data) for name, param in model.named_params() if param.data is not None}


def unchanged(what, model, before, look):
    after = values(model)
    expect(f"the names of the parameters after {what}", sorted(after), sorted(before), look)
    for name, array in before.items():
        expect(f"{name} after {what}", after[name], array, look)


def test_names():
    house = House()
    found = dict(house.named_params())
    expect("the names in a House", sorted(found), ["net.l1.W", "net.l1.b", "net.l2.W", "scale"], Layer.named_params)
    for name, param in {
        "net.l1.W": house.net.l1.W, "net.l1.b": house.net.l1.b, "net.l2.W": house.net.l2.W, "scale": house.scale,
    }.items():  # fmt: skip
        expect_same(f"the parameter with the name {name}", found[name], param, Layer.named_params)
    expect("the names in one Linear", sorted(dict(Linear(3).named_params())), ["W", "b"], Layer.named_params)


def test_there_and_back():
    with folder() as place:
        for make in Net, House, lambda: Linear(3, dtype=np.float64):
            first, second = called(make()), called(make())
            saved(first, place / "weights.npz")
            second.load_weights(place / "weights.npz")
            unchanged("save_weights and load_weights", second, values(first), Layer.load_weights)
            for a, b in zip(first.params(), second.params(), strict=True):
                expect(f"the dtype of {a.name} from the file", str(b.dtype), str(a.dtype), Layer.load_weights)
            expect("the output of the second model", second(X).data, first(X).data, Layer.load_weights)


def test_the_file_has_the_name_that_you_gave():
    with folder() as place:
        net = called(Net())
        for name in "weights", "weights.npz", "best.model":
            saved(net, str(place / name))
            called(Net()).load_weights(str(place / name))
        found = sorted(file.name for file in place.iterdir())
        expect("the files after three savings", found, ["best.model", "weights", "weights.npz"], Layer.save_weights)


def test_another_program():
    with folder() as place:
        layer = called(Linear(2))
        saved(layer, place / "weights.npz")
        came = in_fresh_interpreter(f"""
import numpy as np
from myrung.layers import Linear
layer = Linear(2)
layer.load_weights({str(place / "weights.npz")!r})
print(layer(np.array({X.tolist()}, np.float32)).data.tolist())
""")
        expect("the output in a new Python", eval(came), layer(X).data.tolist(), Layer.load_weights)


def test_into_a_model_that_was_never_called():
    with folder() as place:
        first, second = called(Net()), Net()
        saved(first, place / "weights.npz")
        second.load_weights(place / "weights.npz")
        expect("the output of a model that was loaded before its first call", second(X).data, first(X).data,
               Layer.load_weights)  # fmt: skip


def test_nothing_to_save_yet():
    with folder() as place:
        path = place / "weights.npz"
        error = expect_raises("saving before the first call", ValueError, lambda: Net().save_weights(path),
                              Layer.save_weights)  # fmt: skip
        expect("the error names l1.W, which has no numbers", "l1.W" in str(error), True, Layer.save_weights)
        expect("whether there is a file", path.exists(), False, Layer.save_weights)


def test_the_old_file_or_the_new():
    with folder() as place:
        path, old, new = place / "weights.npz", called(Net()), called(Net())
        saved(old, path)
        kept = {name: getattr(np, name) for name in ("savez", "savez_compressed", "save")}

        def fills_the_disk(file, *args, **kwargs):
            opened = not hasattr(file, "write")
            target = open(file, "wb") if opened else file
            target.write(b"half of it")
            if opened:
                target.close()
            raise OSError("no space left on the disk")

        try:
            for name in kept:
                setattr(np, name, fills_the_disk)
            expect_raises("saving onto a full disk", OSError, lambda: new.save_weights(path), Layer.save_weights)
        finally:
            for name, f in kept.items():
                setattr(np, name, f)
        third = called(Net())
        try:
            third.load_weights(path)
        except Exception as error:
            raise Unmet("the file after a save that failed in the middle", "the old file, whole",
                        f"one that cannot be read ({error})", Layer.save_weights) from error  # fmt: skip
        unchanged("loading what was there before the disk was full", third, values(old), Layer.save_weights)


def test_other_names():
    with folder() as place:
        saved(called(Net()), place / "net")
        saved(called(House()), place / "house")
        extra = called(Net())
        extra.more = myrung.Parameter(np.ones(2))
        saved(extra, place / "extra")
        for name, model in ("house", Net()), ("net", House()), ("extra", Net()):
            called(model)
            before = values(model)
            error = expect_raises("loading the file of another model", ValueError,
                                  lambda: model.load_weights(place / name), Layer.load_weights)  # noqa: B023  # fmt: skip
            unchanged("an error in load_weights", model, before, Layer.load_weights)
            expect("the error names what is different", any(n in str(error) for n in ("scale", "more")), True,
                   Layer.load_weights)  # fmt: skip


def test_other_shapes():
    with folder() as place:
        wide, narrow = called(Net(5)), called(Net(4))
        saved(wide, place / "weights.npz")
        before = values(narrow)
        error = expect_raises("loading weights of other shapes", ValueError,
                              lambda: narrow.load_weights(place / "weights.npz"), Layer.load_weights)  # fmt: skip
        unchanged("an error in load_weights", narrow, before, Layer.load_weights)
        expect("the error names a parameter", any(n in str(error) for n in before), True, Layer.load_weights)


def test_all_or_nothing():
    with folder() as place:
        first, second = called(Net()), called(Net())
        first.l2.W.data = np.ones((7, 2), np.float32)  # of all shapes only the last does not fit
        saved(first, place / "weights.npz")
        before = values(second)
        expect_raises("loading a file of which one part does not fit", ValueError,
                      lambda: second.load_weights(place / "weights.npz"), Layer.load_weights)  # fmt: skip
        unchanged("an error at the last parameter", second, before, Layer.load_weights)


def test_parameters_stay_who_they_are():
    with folder() as place:
        first, second = called(Net()), called(Net())
        saved(first, place / "weights.npz")
        before = list(second.params())
        second.load_weights(place / "weights.npz")
        for old, new in zip(before, second.params(), strict=True):
            expect_same(f"the parameter {old.name} after loading", new, old, Layer.load_weights)


class Far:
    """A stand-in for an array on the device."""

    def __init__(self, values):
        self.values, self.shape, self.dtype = np.array(values), np.shape(values), np.asarray(values).dtype


@contextmanager
def device():
    """The package, imported anew where there is a module cupy: a stand-in."""
    names = {"myrung", os.environ.get("RUNG_COURSE_NAME", "myrung")}
    kept = {key: sys.modules.pop(key) for key in list(sys.modules) if key.split(".")[0] in names | {"cupy"}}
    cupy = sys.modules["cupy"] = types.ModuleType("cupy")
    cupy.ndarray, cupy.asnumpy, cupy.asarray = Far, lambda x: x.values, Far
    try:
        yield importlib.import_module("myrung")
    finally:
        for key in [key for key in sys.modules if key.split(".")[0] in names | {"cupy"}]:
            del sys.modules[key]
        sys.modules.update(kept)


def test_from_and_to_the_device():
    with device() as my, folder() as place:
        far, near = my.layers.Linear(2, in_size=3).to_gpu(), my.layers.Linear(2, in_size=3)
        saved(far, place / "weights")
        near.load_weights(place / "weights")
        expect("W, saved on the device and loaded here", near.W.data, far.W.data.values, my.layers.Layer.load_weights)
        for other in my.layers.Linear(2, in_size=3).to_gpu(), my.layers.Linear(2).to_gpu():
            other.load_weights(place / "weights")
            for name in "W", "b":
                came = getattr(other, name).data
                if type(came) is not Far:
                    raise Unmet(f"where {name} lies, loaded into a layer on the device", "on the device",
                                f"a {type(came).__name__}", my.layers.Layer.load_weights)  # fmt: skip
                expect(f"{name}, loaded there", came.values, near.W.data if name == "W" else near.b.data)
