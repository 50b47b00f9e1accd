"""PNG: the picture itself, in colour and with text, of a size that programs can show."""

import io
import sys

import pytest
from picture.programs import goldstein_price, names, training_step

from rung.errors import MissingExtraError
from rung.picture.drawing import Drawing, Figure, Rectangle, drawing_of
from rung.picture.png import LARGEST, LONGEST, ZOOM, png_of
from rung.picture.text import shipped

Image = pytest.importorskip("PIL.Image")


def _opened(drawing):
    return Image.open(io.BytesIO(png_of(drawing))).convert("RGB")


def _color(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def test_a_picture_is_twice_as_large_as_the_drawing_and_light():
    drawing = drawing_of(training_step())
    image = _opened(drawing)
    assert image.size == (drawing.width * ZOOM, drawing.height * ZOOM)
    assert image.getpixel((0, 0)) == _color(shipped("theme.json")["light"]["paper"])


def test_boxes_are_where_the_drawing_has_them_in_their_colours():
    drawing = drawing_of(training_step())
    image = _opened(drawing)
    for figure in drawing.boxes:
        for shape in figure.rectangles[-1:]:
            inside = image.getpixel((int(ZOOM * (shape.x + shape.w / 2)), int(ZOOM * (shape.y + 3))))
            assert inside == _color(shipped("theme.json")["light"]["tones"][figure.tone]["fill"])


def test_there_is_text_in_the_boxes():
    drawing = drawing_of(goldstein_price(), fold=False, verbose=False)
    image = _opened(drawing)
    figure = next(figure for figure in drawing.boxes if figure.texts and figure.texts[0].text == "mul")
    shape = figure.rectangles[-1]
    box = [int(ZOOM * edge) for edge in (shape.x + 6, shape.y + 4, shape.x + shape.w - 6, shape.y + shape.h - 4)]
    assert len(image.crop(box).getcolors()) > 10


def test_the_same_drawing_gives_the_same_bytes():
    drawing = drawing_of(names())
    assert png_of(drawing) == png_of(drawing)


@pytest.mark.parametrize(("width", "height"), [(60_000, 40), (200, 90_000), (20_000, 20_000)])
def test_a_gigantic_picture_is_drawn_smaller(width, height):
    figure = Figure("result", [Rectangle(0, 0, width, height, 0)])
    image = _opened(Drawing(width, height, "", [], [], [figure]))
    assert image.width * image.height <= LARGEST * 1.01
    assert max(image.size) <= LONGEST + 1
    assert image.width / image.height == pytest.approx(width / height, rel=0.1)


@pytest.mark.parametrize("library", ["resvg_py", "matplotlib"])
def test_without_the_libraries_the_cure_is_told(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf'PNG picture of a graph needs {library}.*"rung\[plot\]"'):
        png_of(drawing_of(names()))
