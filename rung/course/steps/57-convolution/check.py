import contextlib
import types

import myrung
import numpy as np
from myrung import cuda, functions_conv, layers
from rung.course.testing import Unmet, check_gradient, expect, expect_raises, expect_same, random_arrays

GEOMETRIES = [  # the shape of the picture, kernel_size, stride, pad
    ((1, 1, 4, 4), 3, 1, 0),
    ((2, 3, 5, 4), (3, 2), 1, 1),
    ((2, 2, 5, 6), (2, 3), (2, 1), (1, 0)),
    ((1, 2, 7, 7), 3, 3, 2),
]


def two(x):
    return x if isinstance(x, tuple) else (x, x)


def windows_of(x, kernel_size, stride, pad, fill=0.0):
    """Slowly, window by window: what im2col should give."""
    (KH, KW), (SH, SW), (PH, PW) = two(kernel_size), two(stride), two(pad)
    x = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)), constant_values=fill)
    OH, OW = (x.shape[2] - KH) // SH + 1, (x.shape[3] - KW) // SW + 1
    col = np.zeros((*x.shape[:2], KH, KW, OH, OW))
    for row in range(OH):
        for column in range(OW):
            col[..., row, column] = x[:, :, row * SH : row * SH + KH, column * SW : column * SW + KW]
    return col


def said(shape, kernel_size, stride, pad):
    return f"for a picture of shape {shape} and (kernel_size, stride, pad) = {kernel_size, stride, pad}"


def variable(array):
    return myrung.Variable(np.asarray(array))


def test_a_window():
    x = variable(np.arange(16.0).reshape(1, 1, 4, 4))
    col = myrung.im2col(x, 3)
    expect("im2col(x, 3).shape, for one picture of 4 by 4", col.shape, (1, 1, 3, 3, 2, 2), look=myrung.im2col)
    expect("its lower left window, col[0, 0, :, :, 1, 0]", col.data[0, 0, :, :, 1, 0], x.data[0, 0, 1:, :3],
           look=myrung.im2col)  # fmt: skip


def test_all_windows():
    for shape, *geometry in GEOMETRIES:
        (x,) = random_arrays(shape)
        expect(
            f"im2col {said(shape, *geometry)}",
            myrung.im2col(variable(x), *geometry).data,
            windows_of(x, *geometry),
            look=myrung.im2col,
        )


def test_windows_put_back():
    counts = myrung.col2im(variable(np.ones((1, 1, 2, 2, 2, 2))), (1, 1, 3, 3), 2)
    expect("col2im of four windows of ones, 2 by 2, in 3 by 3", counts.data,
           np.array([[[[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]]]), look=myrung.col2im)  # fmt: skip
    for shape, *geometry in GEOMETRIES:
        x = np.ones(shape)
        col = windows_of(x, *geometry)
        came = myrung.col2im(variable(col.astype(np.float32)), shape, *geometry)
        expect(f"the shape of col2im {said(shape, *geometry)}", came.shape, shape, look=myrung.col2im)
        expect("its sum, for windows of ones", came.data.sum(), col.sum(), look=myrung.col2im)
        expect("its dtype, for windows of float32", came.dtype, np.float32, look=myrung.col2im)


def test_there_and_back():
    for shape, *geometry in ((1, 1, 3, 4), (2, 3), 1, 1), ((1, 2, 4, 3), 2, (2, 1), 0):
        check_gradient(
            lambda x, g=geometry: myrung.im2col(x, *g) ** 2,
            shape,
            what=f"im2col(x) ** 2 {said(shape, *geometry)}",
            look=functions_conv.Im2col,
            tolerance=1e-4,
        )
        col = windows_of(np.ones(shape), *geometry).shape
        check_gradient(
            lambda c, s=shape, g=geometry: myrung.col2im(c, s, *g) ** 2,
            col,
            what=f"col2im(col) ** 2 {said(shape, *geometry)}",
            look=functions_conv.Col2im,
            tolerance=1e-4,
        )


def test_conv2d():
    for shape, *geometry in GEOMETRIES:
        x, W, b = random_arrays(shape, (4, shape[1], *two(geometry[0])), (4,))
        plain = np.einsum("nckljm,ockl->nojm", windows_of(x, *geometry), W)
        came = myrung.conv2d(variable(x), variable(W), None, *geometry[1:])
        expect(f"conv2d {said(shape, *geometry)}", came.data, plain, look=myrung.conv2d)
        came = myrung.conv2d(variable(x), variable(W), variable(b), *geometry[1:])
        expect("the same with b", came.data, plain + b[:, None, None], look=myrung.conv2d)
    x, W = random_arrays((1, 2, 4, 5), (3, 2, 2, 2))
    expect("the shape of conv2d(x, W), without a word of stride and pad", myrung.conv2d(x, W).shape, (1, 3, 3, 4),
           look=myrung.conv2d)  # fmt: skip


def test_conv2d_gradients():
    check_gradient(lambda x, W, b: myrung.conv2d(x, W, b, 2, 1) ** 2, (1, 2, 4, 3), (2, 2, 2, 3), (2,),
                   what="conv2d(x, W, b, 2, 1) ** 2", look=myrung.conv2d, tolerance=1e-4)  # fmt: skip


def test_channels_that_do_not_fit():
    x, W = random_arrays((1, 3, 5, 5), (4, 2, 3, 3))
    error = expect_raises("conv2d of a picture of 3 channels and filters for 2", ValueError,
                          lambda: myrung.conv2d(x, W), look=myrung.conv2d)  # fmt: skip
    if "channel" not in str(error):
        raise Unmet("the error of conv2d for a picture of 3 channels and filters for 2", "a word about channels",
                    f"{str(error)!r}", look=myrung.conv2d)  # fmt: skip


def test_pooling():
    (x,) = random_arrays((2, 3, 6, 4))
    expect("pooling(x, 2, 2)", myrung.pooling(variable(x), 2, 2).data, windows_of(x, 2, 2, 0).max(axis=(2, 3)),
           look=myrung.pooling)  # fmt: skip
    expect("pooling(x, (3, 2)): windows that overlap", myrung.pooling(variable(x), (3, 2)).data,
           windows_of(x, (3, 2), 1, 0).max(axis=(2, 3)), look=myrung.pooling)  # fmt: skip


def test_pooling_at_the_border():
    x = -1 - np.arange(16.0).reshape(1, 1, 4, 4)
    expect("pooling(x, 2, 2, 1) of numbers below zero", myrung.pooling(variable(x), 2, 2, 1).data,
           np.array([[[[-1.0, -2, -4], [-5, -6, -8], [-13, -14, -16]]]]), look=myrung.pooling)  # fmt: skip


def test_pooling_gradient():
    check_gradient(
        lambda x: myrung.pooling(x, 2, 2) ** 2, (2, 2, 4, 4), what="pooling(x, 2, 2) ** 2", look=myrung.pooling
    )
    check_gradient(lambda x: myrung.pooling(x, 3, 1, 1) ** 2, (1, 2, 4, 3), what="pooling(x, 3, 1, 1) ** 2",
                   look=myrung.pooling)  # fmt: skip


def test_layer():
    layer = layers.Conv2d(5, (3, 2), stride=2, pad=1)
    expect("the parameters of a new Conv2d(5, (3, 2)) with numbers", [p.data is not None for p in layer.params()],
           [False, True], look=layers.Conv2d)  # fmt: skip
    (x,) = random_arrays((2, 4, 7, 6))
    y = layer(x.astype(np.float32))
    expect("the shape of W after the first call, for 4 channels", layer.W.shape, (5, 4, 3, 2), look=layers.Conv2d)
    expect("b", layer.b.data, np.zeros(5), look=layers.Conv2d)
    expect("the types of W and b", [p.dtype for p in (layer.W, layer.b)], [np.float32] * 2, look=layers.Conv2d)
    expect(
        "the layer's result",
        y.data,
        myrung.conv2d(x, layer.W, layer.b, 2, 1).data,
        look=layers.Conv2d,
        tolerance=1e-4,
    )
    kept = layer.W.data
    layer(x.astype(np.float32))
    expect_same("W after a second call", layer.W.data, kept, look=layers.Conv2d)
    expect("its names", [layer.W.name, layer.b.name], ["W", "b"], look=layers.Conv2d)


def test_layer_options():
    layer = layers.Conv2d(8, 3, nobias=True, dtype=np.float64, in_channels=32)
    expect("b of Conv2d(8, 3, nobias=True)", layer.b, None, look=layers.Conv2d)
    expect(
        "W of Conv2d(8, 3, in_channels=32), before any call",
        np.shape(layer.W.data),
        (8, 32, 3, 3),
        look=layers.Conv2d,
    )
    expect("its type, with dtype=np.float64", layer.W.dtype, np.float64, look=layers.Conv2d)
    spread, wanted = layer.W.data.std(), 1 / np.sqrt(32 * 9)
    if not 0.9 < spread / wanted < 1.1:
        raise Unmet("the spread of W for 32 channels and windows of 3 by 3", f"about {wanted:.3f}, 1 / sqrt(32 * 9)",
                    f"{spread:.3f}", look=layers.Conv2d)  # fmt: skip
    x = np.zeros((1, 32, 5, 5))
    expect("the shape of what it gives for 5 by 5", layer(x).shape, (1, 8, 3, 3), look=layers.Conv2d)


class Far(np.ndarray):
    """Arrays of a device that is none."""


@contextlib.contextmanager
def device():
    kept = cuda.cupy
    cuda.cupy = types.SimpleNamespace(
        ndarray=Far, asarray=lambda x: np.asarray(x).view(Far), asnumpy=np.asarray,
        zeros=lambda *shape: np.zeros(*shape).view(Far), add=np.add,
    )  # fmt: skip
    try:
        yield cuda.cupy
    finally:
        cuda.cupy = kept


def test_on_a_device():
    with device() as far:
        for wrap in (myrung.Variable, lambda array: array):
            layer = layers.Conv2d(2, 3)
            layer.to_gpu()
            layer(wrap(far.asarray(np.ones((1, 1, 4, 4), np.float32))))
            expect(
                "whether W is made on the device, where the picture lies", type(layer.W.data), Far, look=layers.Conv2d
            )
        near = layers.Conv2d(2, 3)
        near(np.ones((1, 1, 4, 4), np.float32))
        expect("whether W of a picture in the machine stays there", type(near.W.data), np.ndarray, look=layers.Conv2d)
        back = myrung.col2im(myrung.Variable(far.asarray(np.ones((1, 1, 2, 2, 2, 2)))), (1, 1, 3, 3), 2)
        expect("where col2im of an array of the device lies", type(back.data), Far, look=myrung.col2im)
