"""Layers of poolings and resolutions: each is its function, and they stand in a `Sequential`."""

import copy

import numpy as np
import pytest

import rung.functions as F
import rung.layers as L
from rung import Variable

RNG = np.random.default_rng(0)

LAYERS = {
    "MaxPool1d": (L.MaxPool1d(3, 2, 1, 2, True), lambda x: F.max_pool1d(x, 3, 2, 1, 2, True)),
    "MaxPool2d": (L.MaxPool2d(2), lambda x: F.max_pool2d(x, 2)),
    "MaxPool2d with options": (L.MaxPool2d((2, 3), 1, (1, 0)), lambda x: F.max_pool2d(x, (2, 3), 1, (1, 0))),
    "MaxPool3d": (L.MaxPool3d(2, pad=1), lambda x: F.max_pool3d(x, 2, pad=1)),
    "AvgPool1d": (L.AvgPool1d(3, 1, 1, True, False), lambda x: F.avg_pool1d(x, 3, 1, 1, True, False)),
    "AvgPool2d": (L.AvgPool2d(2), lambda x: F.avg_pool2d(x, 2)),
    "AvgPool3d": (L.AvgPool3d(2), lambda x: F.avg_pool3d(x, 2)),
    "AdaptiveAvgPool2d": (L.AdaptiveAvgPool2d((2, 3)), lambda x: F.adaptive_avg_pool2d(x, (2, 3))),
    "AdaptiveMaxPool2d": (L.AdaptiveMaxPool2d(2), lambda x: F.adaptive_max_pool2d(x, 2)),
    "GlobalAveragePooling": (L.GlobalAveragePooling(), F.global_average_pooling),
    "Flatten": (L.Flatten(), lambda x: F.flatten(x, 1)),
    "Flatten from an axis": (L.Flatten(2), lambda x: F.flatten(x, 2)),
    "Upsample": (L.Upsample(2, mode="bilinear"), lambda x: F.upsample(x, 2, mode="bilinear")),
    "Upsample to a size": (L.Upsample(size=(7, 3)), lambda x: F.upsample(x, size=(7, 3))),
    "PixelShuffle": (L.PixelShuffle(2), lambda x: F.pixel_shuffle(x, 2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_its_function_and_has_no_parameters(name):
    layer, f = LAYERS[name]
    x = RNG.standard_normal((3, 4, 6, 5))
    for each in (layer, copy.deepcopy(layer)):
        np.testing.assert_array_equal(each(x).data, f(x).data)
    assert list(layer.params()) == []
    assert layer.state_dict() == {}


def test_a_sequence_of_layers_goes_from_images_to_scores_and_back():
    net = L.Sequential(
        L.MaxPool2d(3, stride=2, pad=1), F.relu, L.AvgPool2d(2), L.Upsample(2), L.Flatten(), L.Linear(5)
    )
    x = Variable(RNG.standard_normal((2, 3, 8, 8)).astype(np.float32))
    y = net(x)
    y.backward()
    assert y.shape == (2, 5)
    assert x.grad.shape == x.shape
    assert x.grad.dtype == np.float32


def test_a_layer_shows_its_options():
    assert repr(L.PixelShuffle(2)) == "PixelShuffle(factor=2)"
    assert repr(L.MaxPool2d(2)) == "MaxPool2d(kernel_size=2, stride=None, pad=0, dilation=1, ceil_mode=False)"


def test_a_summary_shows_the_shapes_that_come_out():
    text = repr(L.Sequential(L.MaxPool2d(2), L.Flatten()).summary(np.ones((1, 2, 4, 4))))
    assert "MaxPool2d" in text
    assert "(1, 2, 2, 2)" in text
    assert "(1, 8)" in text
