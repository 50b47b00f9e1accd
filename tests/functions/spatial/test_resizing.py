"""Changes of resolution: every one against a loop, and every derivative against the map itself, which is linear."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import RungError, ShapeError
from rung.transform import grad, jvp, vmap

RNG = np.random.default_rng(0)


def nearest_row(x, m):
    return np.array([x[int(i * len(x) / m)] for i in range(m)])


def linear_row(x, m, align_corners=False):
    n, y = len(x), []
    for i in range(m):
        at = i * (n - 1) / max(m - 1, 1) if align_corners else min(max((i + 0.5) * n / m - 0.5, 0), n - 1)
        left = int(at)
        right = min(left + 1, n - 1)
        y.append(x[left] * (left + 1 - at) + x[right] * (at - left))
    return np.array(y)


def along_axes(f, x, sizes, **options):
    """f along each of the last axes."""
    for axis, m in zip(range(-len(sizes), 0), sizes, strict=True):
        x = np.apply_along_axis(f, axis, x, m, **options)
    return x


def shuffled(x):
    y = np.zeros((*x.shape[:-3], x.shape[-3] // 4, 2 * x.shape[-2], 2 * x.shape[-1]))
    for c, h, w in np.ndindex(*y.shape[-3:]):
        y[..., c, h, w] = x[..., 4 * c + 2 * (h % 2) + w % 2, h // 2, w // 2]
    return y


def unshuffled(x):
    parts = [x[..., c, i::2, j::2] for c in range(x.shape[-3]) for i in (0, 1) for j in (0, 1)]
    return np.stack(parts, -3)


MAPS = {
    "nearest": (lambda x: F.upsample(x, (2, 3)), lambda x: along_axes(nearest_row, x, (8, 18))),
    "nearest of one axis": (lambda x: F.upsample(x, (2,)), lambda x: along_axes(nearest_row, x, (12,))),
    "nearest to a size": (lambda x: F.upsample(x, size=(5, 4)), lambda x: along_axes(nearest_row, x, (5, 4))),
    "nearest to half": (lambda x: F.upsample(x, 0.5), lambda x: along_axes(nearest_row, x, (2, 3))),
    "linear": (lambda x: F.upsample(x, (2.0,), mode="linear"), lambda x: along_axes(linear_row, x, (12,))),
    "bilinear": (lambda x: F.upsample(x, 2, mode="bilinear"), lambda x: along_axes(linear_row, x, (8, 12))),
    "bilinear to a size": (lambda x: F.upsample(x, size=(3, 7), mode="bilinear"),
                           lambda x: along_axes(linear_row, x, (3, 7))),
    "trilinear": (lambda x: F.upsample(x, size=(5, 3, 7), mode="trilinear"),
                  lambda x: along_axes(linear_row, x, (5, 3, 7))),
    "aligned": (lambda x: F.upsample(x, size=(7, 1), mode="bilinear", align_corners=True),
                lambda x: along_axes(linear_row, x, (7, 1), align_corners=True)),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), shuffled),
    "pixel_unshuffle": (lambda x: F.pixel_unshuffle(x, 2), unshuffled),
}  # fmt: skip


@pytest.mark.parametrize("name", MAPS)
def test_values_agree_with_a_loop_and_derivatives_with_the_map(name):
    f, loop = MAPS[name]
    x, v = RNG.standard_normal((2, 2, 8, 4, 6))
    y = f(Variable(x))
    np.testing.assert_allclose(y.data, loop(x), rtol=1e-12, atol=1e-12)
    weights = RNG.standard_normal(y.shape)
    variable, direction = Variable(x), Variable(v)
    np.testing.assert_allclose(jvp(f, [x], [v])[1].data, loop(v), rtol=1e-12, atol=1e-12)
    pulled = grad(f(variable), variable, weights, create_graph=True)
    assert np.sum(pulled.data * v) == pytest.approx(np.sum(loop(v) * weights))
    second = grad(F.sum(grad(F.sum(f(direction) ** 3), direction, create_graph=True) * x), direction)
    assert np.sum(second.data * v) == pytest.approx(6 * np.sum(loop(x) * loop(v) * loop(v)))


@pytest.mark.parametrize("name", [name for name in MAPS if name not in ("bilinear", "nearest to half")])
def test_a_batch_is_its_examples(name):
    f, _ = MAPS[name]
    xs = RNG.standard_normal((3, 2, 8, 4, 6))
    values, gradients = vmap(lambda x: (f(x), grad(F.sum(f(x) ** 2), x)))(xs)
    for k, x in enumerate(xs):
        variable = Variable(x)
        np.testing.assert_allclose(values.data[k], f(variable).data, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(gradients.data[k], grad(F.sum(f(variable) ** 2), variable).data, atol=1e-12)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_dtypes_stay_and_empty_batches_go_through(name, dtype):
    f, loop = MAPS[name]
    x = RNG.standard_normal((2, 8, 4, 6)).astype(dtype)
    assert f(x).dtype == dtype
    np.testing.assert_allclose(f(x).data, loop(x.astype(float)), rtol=0.01, atol=0.01)
    empty = Variable(np.zeros((0, 8, 4, 6), dtype))
    f(empty).backward()
    assert empty.grad.shape == empty.shape


def test_labels_stay_integers_and_infinities_stay_where_they_are():
    labels = np.arange(6).reshape(1, 1, 2, 3)
    assert F.upsample(labels, 2).dtype == labels.dtype
    np.testing.assert_array_equal(F.upsample(labels, 2).data[0, 0, ::2, ::2], labels[0, 0])
    np.testing.assert_array_equal(F.upsample(np.array([1.0, np.inf]), (2,)).data, [1, 1, np.inf, np.inf])
    np.testing.assert_array_equal(F.upsample(np.array([1.0, np.inf]), size=(3,)).data, [1, 1, np.inf])


def test_unshuffling_undoes_shuffling():
    x = RNG.standard_normal((2, 3, 18, 4, 5))
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(x, 3), 3).data, x)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.upsample(x), lambda x: F.upsample(x, 2, 3), lambda x: F.upsample(x, 0),
        lambda x: F.upsample(x, -1.0),
        lambda x: F.upsample(x, float("inf")), lambda x: F.upsample(x, 0.1), lambda x: F.upsample(x, size=0),
        lambda x: F.upsample(x, 2, mode="cubic"), lambda x: F.upsample(x, (2,), mode="bilinear"),
        lambda x: F.upsample(x, 2, align_corners=True), lambda x: F.upsample(x[0, 0], 2),
        lambda x: F.upsample(x[..., :0], 2), lambda x: F.pixel_shuffle(x, 3), lambda x: F.pixel_shuffle(x[0, 0], 1),
        lambda x: F.pixel_unshuffle(x, 3), lambda x: F.pixel_shuffle(x, 0),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(RungError):
        call(np.ones((2, 4, 4, 4)))


def test_the_error_of_pixel_shuffle_names_what_came():
    with pytest.raises(ShapeError, match=r"pixel_shuffle: .*multiple of 3 x 3 channels.*\(2, 4, 4, 4\)"):
        F.pixel_shuffle(np.ones((2, 4, 4, 4)), 3)
