"""Convolutions and their adjoints: against each other, against PyTorch, and what they refuse."""

import itertools

import numpy as np
import pytest
from functions.references.spatial import convolution, convolution_transpose, patches

import rung.functions as F
from rung import Variable
from rung.config import current_mode, mode
from rung.core.meter import Meter
from rung.errors import DTypeError, RungError, ShapeError
from rung.functions.spatial import columns
from rung.functions.spatial.geometry import Windows, resolved
from rung.transform import grad, hvp, jvp, vmap

RNG = np.random.default_rng(0)
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
DECONV = {1: F.deconv1d, 2: F.deconv2d, 3: F.deconv3d}
SIZES = {1: (9,), 2: (7, 8), 3: (4, 5, 6)}
KERNELS = {1: (3,), 2: (3, 2), 3: (2, 1, 3)}
GRID = [
    (ndim, stride, pad, dilation, groups)
    for ndim, stride, pad, dilation, groups in itertools.product((1, 2, 3), (1, 2, 3), (0, 1), (1, 2), (1, 2))
    if ndim < 3 or stride + pad + dilation + groups < 6
]


def normal(*shape):
    return RNG.standard_normal(shape)


def operands(ndim, groups, out=6):
    """An image of four channels and kernels for it."""
    return normal(2, 4, *SIZES[ndim]), normal(out, 4 // groups, *KERNELS[ndim])


def inner(a, b):
    return float((getattr(a, "data", a) * getattr(b, "data", b)).sum())


# Against one another, and against loops -----------------------------------------------------------------------------


@pytest.mark.parametrize(("ndim", "stride", "pad", "dilation", "groups"), GRID)
def test_conv_and_deconv_are_adjoint(ndim, stride, pad, dilation, groups):
    x, W = operands(ndim, groups)
    options = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    y = CONV[ndim](x, W, **options)
    u = normal(*y.shape)
    back = DECONV[ndim](u, W, outsize=SIZES[ndim], **options)
    assert back.shape == x.shape
    assert inner(y, u) == pytest.approx(inner(x, back), rel=1e-12)


@pytest.mark.parametrize("channels", [(4, 6), (6, 4)])
@pytest.mark.parametrize("pad", [0, 1, (2, (1, 0)), "same", "valid"])
@pytest.mark.parametrize("stride", [1, (2, 3)])
def test_loops_give_the_same(channels, pad, stride):
    """The adjoint is computed in two ways, as there are fewer channels here or there."""
    c, o = channels
    x, W, b = normal(2, c, 5, 6), normal(o, c // 2, 3, 2), normal(o)
    windows = resolved((3, 2), (stride,) * 2 if stride == 1 else stride, pad, (2, 1), (5, 6))
    y = F.conv2d(x, W, b, stride, pad, (2, 1), 2)
    np.testing.assert_allclose(y.data, convolution(x, W, b, windows=windows, groups=2), rtol=1e-12, atol=1e-12)
    u, b = normal(*y.shape), normal(c)
    expected = convolution_transpose(u, W, b, windows=windows, sizes=(5, 6), groups=2)
    back = F.deconv2d(u, W, b, stride, pad, (5, 6), (2, 1), 2)
    np.testing.assert_allclose(back.data, expected, rtol=1e-12, atol=1e-12)


def test_parts_of_a_batch_are_put_together(monkeypatch):
    x, W, b = Variable(normal(7, 2, 5, 5)), Variable(normal(3, 2, 3, 3)), Variable(normal(3))
    whole = [y.data for y in _value_and_gradients(x, W, b)]
    for limit in (1, 3 * 18 * 9 * 8):
        monkeypatch.setattr(columns, "PART", limit)
        for part, expected in zip(_value_and_gradients(x, W, b), whole, strict=True):
            np.testing.assert_allclose(part.data, expected, rtol=1e-12, atol=1e-12)


def _value_and_gradients(x, W, b):
    y = F.conv2d(x, W, b)
    return [y, *grad((y * y).sum(), [x, W, b])]


def test_columns_of_a_large_batch_are_never_there_at_once(monkeypatch):
    """All columns of this one would be 450 MB."""
    most, gather = [], columns.gather
    monkeypatch.setattr(columns, "gather", lambda *args: most.append((y := gather(*args)).nbytes) or y)
    x = np.zeros((128, 32, 34, 34), np.float32)
    F.conv2d(x, np.zeros((4, 32, 3, 3), np.float32))
    assert max(most) <= columns.PART
    assert len(most) > 1


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("size", [7, 8])
def test_same_is_this_padding(stride, kernel, dilation, size):
    x, W = normal(2, 3, size), normal(4, 3, kernel)
    y = F.conv1d(x, W, stride=stride, pad="same", dilation=dilation)
    count = -(-size // stride)
    assert y.shape[2] == count
    total = max((count - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    by_hand = np.pad(x, [(0, 0), (0, 0), (total // 2, total - total // 2)])
    expected = F.conv1d(by_hand, W, stride=stride, dilation=dilation)
    np.testing.assert_allclose(y.data, expected.data, rtol=1e-12)


def test_same_of_the_adjoint_multiplies_the_sizes():
    assert F.deconv2d(normal(1, 2, 4, 5), normal(2, 3, 3, 3), stride=(2, 3), pad="same").shape == (1, 3, 8, 15)


def test_depthwise_is_each_channel_alone():
    x, W = normal(2, 3, 5, 5), normal(3, 1, 3, 3)
    alone = [F.conv2d(x[:, i : i + 1], W[i : i + 1]).data for i in range(3)]
    np.testing.assert_allclose(F.conv2d(x, W, groups=3).data, np.concatenate(alone, 1), rtol=1e-12)


def test_a_convolution_is_linear_in_patches():
    x, W = normal(2, 3, 6, 5), normal(4, 3, 3, 2)
    y = F.im2col(x, (3, 2), stride=2, pad=1) @ W.reshape(4, -1).T
    y = y.reshape(2, 3, 3, 4).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(y.data, F.conv2d(x, W, stride=2, pad=1).data, rtol=1e-12, atol=1e-12)


# Derivatives --------------------------------------------------------------------------------------------------------


def test_third_derivatives_and_mixed_modes():
    """Of sum(conv(x, W) ** 3), along x: by differences of the second, and the modes in any order."""
    x, W, v = normal(1, 2, 4, 4), normal(2, 2, 2, 2), normal(1, 2, 4, 4)
    f = lambda x: (F.conv2d(x, W, pad=1) ** 3).sum()
    curvature = lambda x: (hvp(f, x, v) * v).sum()
    third = lambda s: curvature(Variable(x + s * v)).item()
    slope = (third(1e-4) - third(-1e-4)) / 2e-4
    z = Variable(x)
    assert inner(grad(curvature(z), z), v) == pytest.approx(slope, rel=1e-6)
    assert jvp(curvature, [x], [v])[1].item() == pytest.approx(slope, rel=1e-6)


def test_second_derivative_by_the_weights_is_there():
    """DeZero: the gradient of the gradient by W is a TypeError (Conv2DGradW reads a dead weak reference)."""
    x, W = Variable(normal(2, 2, 5, 5)), Variable(normal(3, 2, 3, 3))
    (gW,) = grad((F.conv2d(x, W) ** 2).sum(), [W], create_graph=True)
    (gx,) = grad((gW**2).sum(), [x])
    v = normal(*x.shape)
    at = lambda s: (grad((F.conv2d(x.data + s * v, W) ** 2).sum(), W).data ** 2).sum()
    assert inner(gx, v) == pytest.approx((at(1e-5) - at(-1e-5)) / 2e-5, rel=1e-6)


def test_a_gradient_for_every_example():
    xs, W = normal(3, 2, 5, 5), Variable(normal(4, 2, 3, 3))
    f = lambda x, W: (F.conv2d(F.reshape(x, (1, *x.shape)), W, pad="same") ** 2).sum()
    every = vmap(lambda x: grad(f(x, W), W))(xs)
    for x, g in zip(xs, every.data, strict=True):
        np.testing.assert_allclose(g, grad(f(x, W), W).data, rtol=1e-10)


def test_im2col_and_col2im_are_adjoint_and_invert_where_windows_do_not_meet():
    x = normal(2, 3, 6, 4)
    for options in ({"stride": 2, "pad": 1}, {"dilation": 2}, {"pad": "same", "to_matrix": False}):
        col = F.im2col(x, (3, 2), **options)
        u = normal(*col.shape)
        assert inner(col, u) == pytest.approx(inner(x, F.col2im(u, x.shape, (3, 2), **options)), rel=1e-12)
    np.testing.assert_array_equal(F.col2im(F.im2col(x, 2, 2), x.shape, 2, 2).data, x)


def test_im2col_has_the_layout_of_dezero():
    x = normal(2, 3, 5, 4)
    split = F.im2col(x, (3, 2), 2, 1, to_matrix=False)
    assert split.shape == (2, 3, 3, 2, 3, 3)
    expected = patches(x, windows=Windows((3, 2), (2, 2), ((1, 1), (1, 1)), (1, 1)))
    np.testing.assert_array_equal(split.data, expected)
    rows = F.im2col(x, (3, 2), 2, 1)
    np.testing.assert_array_equal(rows.data, expected.transpose(0, 4, 5, 1, 2, 3).reshape(18, 18))
    v = Variable(x)
    (F.im2col(v, 3) ** 2).sum().backward(create_graph=True)
    np.testing.assert_allclose(grad(v.grad.sum(), v).data, 2 * F.col2im(np.ones((12, 27)), x.shape, 3).data)


# Dtypes, memory, counts ---------------------------------------------------------------------------------------------


def test_float32_is_kept_and_integers_do_not_wrap():
    x, W, b = (Variable(normal(*shape).astype(np.float32)) for shape in ((2, 2, 4, 4), (3, 2, 2, 2), (3,)))
    y = F.conv2d(x, W, b)
    assert {y.dtype} | {g.dtype for g in grad((y * 2.0).sum(), [x, W, b])} == {np.dtype(np.float32)}
    pixels = np.full((1, 1, 2, 2), 200, np.uint8)
    assert F.conv2d(pixels, np.ones((1, 1, 2, 2), np.uint8)).item() == 800
    assert F.conv2d(pixels, W[:1, :1]).dtype == np.float32


def test_only_what_a_derivative_reads_is_saved():
    x, W = normal(1, 1, 3, 3), Variable(normal(1, 1, 2, 2))
    assert [a.shape for a in F.conv2d(x, W, np.ones(1)).creator.saved] == [x.shape]
    assert [a.shape for a in F.conv2d(Variable(x), W.data).creator.saved] == [W.shape]


def test_multiply_adds_are_counted():
    meter = Meter()
    with mode(passes=(*current_mode().passes, meter)):
        F.conv2d(np.ones((2, 4, 5, 5)), np.ones((6, 2, 3, 3)), np.ones(6), groups=2)
    assert meter.multiply_adds == 2 * 6 * 3 * 3 * 2 * 9


# What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "options", "text"),
    [
        (((2, 3, 5, 5), (4, 2, 3, 3)), {}, r"conv2d: x must have 2 channels, as .* W says.*\(2, 3, 5, 5\)"),
        (((2, 3, 5, 5), (4, 3, 7, 7)), {}, r"conv2d: windows that reach over \(7, 7\) must fit into \(5, 5\)"),
        (((2, 3, 5, 5), (4, 3, 3, 3)), {"dilation": 3}, r"conv2d: windows that reach over \(7, 7\)"),
        (((2, 3, 5), (4, 3, 3, 3)), {}, "conv2d: x must have 4 axes, the last 2 of them of space"),
        (((2, 3, 5, 5), (4, 3, 3)), {}, "conv2d: W must have 4 axes"),
        (((2, 3, 5, 5), (4, 1, 3, 3)), {"groups": 3}, "conv2d: the first axis of W must be divisible by"),
        (((2, 4, 5, 5), (4, 4, 3, 3)), {"groups": 2}, r"conv2d: x must have 8 channels, .* times 2 groups"),
        (((2, 3, 5, 5), (4, 3, 3, 3), (3,)), {}, r"conv2d: b must be \(4,\), one for each channel of the result"),
        (((2, 3, 5, 5), (4, 3, 3, 3)), {"stride": 0}, "conv2d: stride must be one integer of at least 1"),
        (((2, 3, 5, 5), (4, 3, 3, 3)), {"stride": (1, 1, 1)}, "conv2d: stride must be .* or 2 of them"),
        (((2, 3, 5, 5), (4, 3, 3, 3)), {"pad": "some"}, "conv2d: padding must be integers, 'same' or 'valid'"),
        (((2, 3, 5, 5), (4, 3, 3, 3)), {"pad": -1}, "conv2d: padding must be"),
        (((2, 3, 5, 5), (4, 3, 3, 3)), {"groups": 0}, "conv2d: groups must be"),
        (((2, 3, 5, 5), (4, 3, 0, 3)), {}, "conv2d: a kernel must have elements"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(shapes, options, text):
    """DeZero: NumPy's words for channels ("shape-mismatch for sum"), and an empty image for a kernel too large."""
    with pytest.raises(ShapeError, match=text):
        F.conv2d(*map(np.ones, shapes), **options)


@pytest.mark.parametrize(
    ("shapes", "options", "text"),
    [
        (((2, 3, 5, 5), (4, 2, 3, 3)), {}, "deconv2d: x must have 4 channels, as the first axis of W says"),
        (((2, 4, 5, 5), (4, 2, 3, 3)), {"outsize": 8}, r"deconv2d: sizes of \(8, 8\) .* go with \(6, 6\) in x"),
        (((2, 4, 5, 5), (4, 2, 3, 3), (4,)), {}, r"deconv2d: b must be \(2,\)"),
        (((2, 4, 1, 1), (4, 2, 3, 3)), {"pad": 3}, r"deconv2d: the padding leaves nothing .* \(-3, -3\)"),
        (((2, 4, 5), (4, 2, 3)), {}, "deconv2d: W must have 4 axes"),
    ],
)
def test_what_does_not_fit_the_adjoint_is_said(shapes, options, text):
    with pytest.raises(ShapeError, match=text):
        F.deconv2d(*map(np.ones, shapes), **options)


def test_patches_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"im2col: windows that reach over \(4, 4\) must fit into \(3, 3\)"):
        F.im2col(np.ones((1, 1, 3, 3)), 4)
    with pytest.raises(ShapeError, match=r"col2im: col must be \(4, 4\) for images of \(1, 1, 3, 3\)"):
        F.col2im(np.ones((3, 4)), (1, 1, 3, 3), 2)
    with pytest.raises(ShapeError, match="col2im: windows in images of"):
        F.col2im(np.ones((1, 1, 2, 2, 3, 2)), (1, 1, 3, 3), 2, to_matrix=False)


def test_what_is_no_array_is_refused():
    with pytest.raises(DTypeError, match="conv2d: "):
        F.conv2d([[1.0]], np.ones((1, 1, 1, 1)))
    with pytest.raises(RungError, match="conv1d: "):
        F.conv1d(np.ones((1, 1, 3)), np.ones((1, 1, 3)), 3.0)


# PyTorch ------------------------------------------------------------------------------------------------------------


def _orders(f, inputs, weight, library):
    """The value, the gradients, and the gradients of the gradients' squares."""
    y = f(*inputs)
    total = (y * y * weight).sum()
    first = library.grad(total, inputs, create_graph=True)
    second = library.grad(sum((g * g).sum() for g in first), inputs)
    return [y, *first, *second]


@pytest.mark.parametrize(("ndim", "stride", "pad", "dilation", "groups"), GRID)
def test_conv_agrees_with_pytorch_to_the_second_order(ndim, stride, pad, dilation, groups):
    torch = pytest.importorskip("torch")
    x, W, b = *operands(ndim, groups), normal(6)
    options = {"stride": stride, "dilation": dilation, "groups": groups}
    ours = lambda x, W, b: CONV[ndim](x, W, b, pad=pad, **options)
    theirs = lambda x, W, b: getattr(torch.nn.functional, f"conv{ndim}d")(x, W, b, padding=pad, **options)
    _compare(torch, ours, theirs, (x, W, b))


@pytest.mark.parametrize(("ndim", "stride", "pad", "dilation", "groups"), GRID)
def test_deconv_agrees_with_pytorch_to_the_second_order(ndim, stride, pad, dilation, groups):
    torch = pytest.importorskip("torch")
    x, W, b = normal(2, 4, *[max(n // 2, 3) for n in SIZES[ndim]]), normal(4, 6 // groups, *KERNELS[ndim]), normal(6)
    more = stride - 1
    plain = DECONV[ndim](x, W, stride=stride, pad=pad, dilation=dilation, groups=groups).shape[2:]
    options = {"stride": stride, "dilation": dilation, "groups": groups}
    outsize = tuple(n + more for n in plain)
    ours = lambda x, W, b: DECONV[ndim](x, W, b, pad=pad, outsize=outsize, **options)
    f = getattr(torch.nn.functional, f"conv_transpose{ndim}d")
    theirs = lambda x, W, b: f(x, W, b, padding=pad, output_padding=more, **options)
    _compare(torch, ours, theirs, (x, W, b))


def _compare(torch, ours, theirs, arrays):
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    variables = [Variable(a) for a in arrays]
    weight = normal(*ours(*arrays).shape)
    expected = _orders(theirs, tensors, torch.tensor(weight), torch.autograd)
    actual = _orders(ours, variables, weight, _Own)
    for a, e in zip(actual, expected, strict=True):
        e = e.detach().numpy()
        np.testing.assert_allclose(a.data, e, rtol=1e-9, atol=1e-9 * abs(e).max())


class _Own:
    grad = staticmethod(grad)
