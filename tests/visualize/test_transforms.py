"""The picture of transforms, and the page about them."""

import re
from pathlib import Path

import numpy as np
import pytest
from visualize.samples import check_size, size_of

import rung.transforms as T
from rung.errors import ValueRangeError
from rung.visualize.transforms import draw_transforms

DOCS = Path(__file__).parent.parent.parent / "docs"
IMAGE = np.random.default_rng(0).random((3, 9, 7))


@pytest.mark.parametrize("image", [IMAGE, IMAGE[:1], IMAGE[0], T.ToPIL()(IMAGE)])
@pytest.mark.parametrize("draws", [1, 4, 8])
def test_any_image_and_number_of_draws_gives_a_picture(path, written, image, draws):
    draw_transforms(image, {"flip": T.RandomHorizontalFlip(), "$\\frac{": T.Resize(3)}, path, draws)
    check_size(path)
    assert written[-3:] == ["the image", "flip", "$\\frac{"]


def test_what_never_changes_is_drawn_once(path, monkeypatch):
    from matplotlib.axes import Axes

    drawn, show = [], Axes.imshow

    def listen(axes, image, **style):
        drawn.append(image)
        return show(axes, image, **style)

    monkeypatch.setattr(Axes, "imshow", listen)
    draw_transforms(IMAGE, {"size": T.Resize(3), "crop": T.RandomCrop(4)}, path, draws=5)
    assert [image.shape[0] for image in drawn] == [9, 3, 4, 4, 4, 4, 4]


def test_a_seed_gives_one_picture(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        draw_transforms(IMAGE, {"crop": T.RandomCrop(4)}, tmp_path / name, seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_what_cannot_be_drawn_is_refused(path):
    for transforms, draws in (({}, 4), ({"a": T.Resize(3)}, 0), ({"a": T.Resize(3)}, 9)):
        with pytest.raises(ValueRangeError, match="at least one transform, and 1 to 8 draws"):
            draw_transforms(IMAGE, transforms, path, draws)
    assert not path.exists()


def test_the_page_draws_its_picture_and_tells_of_every_transform(tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    page = (DOCS / "transforms.md").read_text(encoding="utf-8")
    first, imagenet, picture = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(picture, {})
    assert size_of(tmp_path / "transforms.png") == size_of(DOCS / "images" / "transforms.png")
    told = set(re.findall(r"\*\*(\w+)\*\*", page)) | {"Compose", "Transform"}
    assert told - {"Chance"} == set(T.__all__)
    scope = {}
    exec(first + imagenet, scope)
    assert scope["x"].shape[1:] == (1, 8, 8)
    image = T.ToPIL()(np.zeros((3, 300, 400)))
    assert scope["prepare"](image).shape == (3, 224, 224)
