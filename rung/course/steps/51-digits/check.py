import gzip
import importlib

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_raises, expect_same

F = myrung.functions
INK = [790968, 654352, 707140, 769561, 454613, 613723, 900460, 346924, 1241508, 804904]


def part(module, name):
    try:
        found = importlib.import_module(f"myrung.{module}")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(f".{module}"):
            raise  # it is there, and what it imports is not
        raise Unmet(f"import myrung.{module}", f"a file {module}.py in the package", "none") from None
    if not hasattr(found, name):
        raise Unmet(f"{module}.py, for the name {name}", "its definition", "nothing of that name")
    return getattr(found, name)


def write_idx(path, array):
    """An array of bytes as a file of the form idx."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    path.write_bytes(gzip.compress(head + array.tobytes()))


def test_relu():
    relu = part("functions", "relu")
    x = myrung.Variable(np.array([[-2.0, 0.0, 3.0], [0.5, -0.5, 7.0]]))
    y = relu(x)
    expect("relu of [-2, 0, 3] and [0.5, -0.5, 7]", y.data, np.array([[0.0, 0, 3], [0.5, 0, 7]]), look=relu)
    (y * np.array([1.0, 10.0, 100.0])).sum().backward()
    expect("its gradient, where 1, 10 and 100 arrive in each row", x.grad.data,
           np.array([[0.0, 0, 100], [1, 0, 100]]), look=F.ReLU.backward)  # fmt: skip


def test_relu_gradients():
    relu = part("functions", "relu")
    check_gradient(lambda x: relu(x) * x, (3, 4), what="relu(x) * x", look=F.ReLU.backward)
    x = myrung.Variable(np.array([-1.0, 2.0]))
    (relu(x) ** 3).sum().backward(create_graph=True)
    slope = x.grad
    x.cleargrad()
    slope.sum().backward()
    expect("the second derivative of relu(x) ** 3 at [-1, 2]", x.grad.data, np.array([0.0, 12.0]), F.ReLU.backward)
    x = myrung.Variable(np.array([-1, 2], np.float32))
    relu(x).sum().backward()
    expect("the dtype of relu's gradient, of float32", str(x.grad.dtype), "float32", look=F.ReLU.backward)
    expect_same("myrung.relu", getattr(myrung, "relu", None), relu)


def test_transforms():
    as_float, flatten = part("transforms", "as_float"), part("transforms", "flatten")
    picture = np.array([[[0, 51], [255, 102]]], np.uint8)
    came = as_float(picture)
    expect("as_float of the bytes 0, 51, 255, 102", came, np.array([[[0, 0.2], [1, 0.4]]]), look=as_float)
    expect("its dtype", str(came.dtype), "float32", look=as_float)
    expect("flatten of a picture (1, 2, 2)", flatten(picture).tolist(), [0, 51, 255, 102], look=flatten)


def test_compose():
    compose = part("transforms", "Compose")
    both = compose(lambda x: x + 1, lambda x: x * 10)
    expect("Compose(x + 1, x * 10)(2)", both(2), 30, look=compose)
    expect("the same once more, for 0", both(0), 10, look=compose)
    expect("Compose()(5), of no transforms", compose()(5), 5, look=compose)


def test_idx_files(tmp_path):
    read_idx = part("datasets", "read_idx")
    for shape in (300,), (2, 3), (3, 260, 2):
        array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        write_idx(tmp_path / "some.gz", array)
        came = read_idx(tmp_path / "some.gz")
        expect(f"the shape of a file that holds an array {shape}", came.shape, shape, look=read_idx)
        expect(f"the bytes of it, where {shape} were written", bool((came == array).all()), True, look=read_idx)
    expect("read_idx of a path that is text", read_idx(str(tmp_path / "some.gz")).shape, (3, 260, 2), look=read_idx)


def small_mnist(folder):
    """The four files, with 5 and 3 pictures that are as large as the real ones."""
    rng, found = np.random.default_rng(1), {}
    for name, count in ("train", 5), ("t10k", 3):
        found[name] = rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count).astype(np.uint8)
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", found[name][0])
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", found[name][1])
    return found


def test_mnist_from_a_folder(tmp_path):
    mnist, found = part("datasets", "MNIST"), small_mnist(tmp_path)
    for what, ds, name in (
        ("MNIST(folder)", mnist(tmp_path), "train"),
        ("MNIST(folder, train=False), of a folder that is text", mnist(str(tmp_path), train=False), "t10k"),
    ):
        pictures, labels = found[name]
        expect(f"len of {what}", len(ds), len(labels), look=mnist)
        expect(f"the shape of x of {what}[1]", ds[1][0].shape, (1, 28, 28), look=mnist.prepare)
        expect(f"x of {what}[1]", ds[1][0][0], pictures[1], look=mnist.prepare)
        expect(f"the labels of {what}", [int(t) for _, t in ds], labels.tolist(), look=mnist.prepare)
        expect(f"the kind of label of {what}", np.asarray(ds[0][1]).dtype.kind, "i", look=mnist.prepare)


def test_mnist_has_transforms(tmp_path):
    mnist, found = part("datasets", "MNIST"), small_mnist(tmp_path)
    ds = mnist(tmp_path, False, part("transforms", "flatten"), lambda t: -t)
    expect("the shape of x of MNIST(folder, False, flatten)[0]", ds[0][0].shape, (784,), look=mnist)
    expect("t of it, with target_transform: -t", int(ds[0][1]), -int(found["t10k"][1][0]), look=mnist)
    expect("whether an MNIST is a Dataset", issubclass(mnist, myrung.Dataset), True, look=mnist)
    expect_raises("MNIST of an empty folder", FileNotFoundError, lambda: mnist(tmp_path / "none"), look=mnist)


def test_digits():
    digits = part("datasets", "Digits")
    for train, count in (True, 2000), (False, 500):
        ds = digits(train)
        labels = np.random.default_rng(0 if train else 1).integers(0, 10, count)
        expect(f"the labels of Digits({train})", bool((ds.label == labels).all()), True, look=digits)
        expect(f"the shape of the data of Digits({train})", ds.data.shape, (count, 1, 12, 12), look=digits)
        expect(f"the kind of number in the data of Digits({train})", str(ds.data.dtype), "uint8", look=digits)
        expect(f"how bright the points of Digits({train}) are, on average", float(ds.data.mean()), 73.22, look=digits,
               tolerance=1e-3)  # fmt: skip


def test_drawn():
    drawn, weights = part("datasets", "drawn"), np.arange(144).reshape(1, 12, 12)
    for digit, ink in enumerate(INK):
        picture = drawn(digit, np.random.default_rng(digit))
        expect(f"the ink of drawn({digit}, default_rng({digit})), each point times its number",
               float((picture * weights).sum()), float(ink), look=drawn, tolerance=5e-4)  # fmt: skip


def test_learns():
    transforms = importlib.import_module("myrung.transforms")
    myrung.seed(0)
    ds = part("datasets", "Digits")(False, transforms.Compose(transforms.as_float, transforms.flatten))
    model = myrung.models.MLP((32, 10), F.relu)
    optimizer, losses = myrung.optimizers.Adam(0.01).setup(model), []
    for _ in range(6):
        for x, t in myrung.DataLoader(ds, 50):
            loss = myrung.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(float(loss.data))
    if not np.mean(losses[-10:]) < np.mean(losses[:10]) / 2:
        raise Unmet("the loss of a small net on Digits, in the last epoch of six", "half of the first's, or less",
                    f"{np.mean(losses[-10:]):.3f} after {np.mean(losses[:10]):.3f}", look=F.ReLU)  # fmt: skip
