"""SVG: shapes and text alone, well-formed whatever things are called, the same bytes each time."""

from xml.etree import ElementTree

import numpy as np
import pytest
from picture.programs import PROGRAMS, failure, goldstein_price, training_step, where_nan_comes_from
from trust.pictures import parses_as_svg

import rung
from rung.picture import graph_of
from rung.picture.drawing import drawing_of
from rung.picture.scene import scene_of
from rung.picture.svg import svg_of
from rung.picture.text import shipped, text_width

SVG = "{http://www.w3.org/2000/svg}"


def _parsed(graph, **options):
    return ElementTree.fromstring(svg_of(drawing_of(graph, **options)))


def _texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_is_drawn_well_formed_and_within_the_picture(name, direction):
    drawing = drawing_of(PROGRAMS[name](), direction=direction)
    assert parses_as_svg(svg_of(drawing))
    for figure in [*drawing.frames, *drawing.boxes]:
        for shape in figure.rectangles:
            assert 0 <= shape.x <= shape.x + shape.w <= drawing.width
            assert 0 <= shape.y <= shape.y + shape.h <= drawing.height
    for wire in drawing.wires:
        points = [point for curve in wire.curves for _, step in curve for point in step]
        assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in points)


@pytest.mark.parametrize("name", PROGRAMS)
def test_text_stays_within_its_box(name):
    for figure in drawing_of(PROGRAMS[name]()).boxes:
        for text in figure.texts if figure.rectangles else ():
            front = figure.rectangles[-1]
            assert text_width(text.text, text.size) <= front.w
            assert front.y < text.y < front.y + front.h


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_box_is_as_high_as_the_layout_was_told(name):
    graph = PROGRAMS[name]()
    figures = [figure for figure in drawing_of(graph).boxes if figure.rectangles and figure.tone != "chip"]
    for box, figure in zip(scene_of(graph)["boxes"], figures, strict=True):
        top = min(shape.y for shape in figure.rectangles)
        assert max(shape.y + shape.h for shape in figure.rectangles) - top == box["h"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_boxes_do_not_overlap(name):
    fronts = [figure.rectangles[-1] for figure in drawing_of(PROGRAMS[name]()).boxes if figure.rectangles]
    for i, a in enumerate(fronts):
        for b in fronts[i + 1 :]:
            apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
            assert apart, f"{a} and {b}"


def test_the_same_program_gives_the_same_bytes():
    assert svg_of(drawing_of(training_step())) == svg_of(drawing_of(training_step()))


def test_goldstein_price_has_all_its_functions_and_names():
    texts = _texts(_parsed(goldstein_price(), fold=False, verbose=False))
    assert texts.count("mul") == 17
    assert {"x", "y", "z", "pow", "add", "sub", "27"} <= set(texts)


def test_shapes_are_shown_if_asked():
    graph = graph_of(rung.Variable(np.ones((2, 3), np.float32), name="x").sum())
    assert "(2, 3) float32" in _texts(_parsed(graph, fold=False))
    assert "(2, 3) float32" not in _texts(_parsed(graph, fold=False, verbose=False))


def test_without_folding_there_are_no_frames():
    graph = training_step()
    tones = [group.get("class") for group in _parsed(graph).iter(f"{SVG}g")]
    flat = [group.get("class") for group in _parsed(graph, fold=False).iter(f"{SVG}g")]
    assert tones.count("frame") > 1
    assert flat.count("frame") <= 1


def test_who_points_at_a_box_is_told_more():
    notes = [title.text for title in _parsed(where_nan_comes_from()).iter(f"{SVG}title")]
    assert any("natural logarithm" in note or "log" in note for note in notes)
    assert any("1 nan" in note for note in notes)
    assert any("programs.py:" in note for note in notes)


def test_a_call_that_failed_is_drawn_so():
    root = _parsed(failure())
    (wrong,) = [group for group in root.iter(f"{SVG}g") if group.get("class") == "wrong"]
    assert [text.text for text in wrong.iter(f"{SVG}text")] == ["matmul", "failed"]


def test_a_picture_has_its_title():
    assert _parsed(training_step()).find(f"{SVG}title").text == "one step of an MLP"


def test_every_class_that_is_used_has_a_colour_in_light_and_in_dark():
    style = svg_of(drawing_of(training_step())).partition("<style>")[2].partition("</style>")[0]
    light, _, dark = style.partition("@media screen and (prefers-color-scheme:dark)")
    for tone in [*shipped("theme.json")["light"]["tones"], "frame", "chip"]:
        assert f".rung .{tone} rect{{fill:#" in light
        assert f".rung .{tone} rect{{fill:#" in dark


def test_an_empty_recording_is_an_empty_picture():
    with rung.record("nothing") as graph:
        pass
    assert parses_as_svg(svg_of(drawing_of(graph)))
    assert _texts(_parsed(graph)) == []


def test_ten_thousand_boxes_are_drawn_in_a_few_megabytes():
    y = x = rung.Variable(1.0, name="x")
    for i in range(2_500):
        y = y + (x if i % 2 else 2.0)
    text = svg_of(drawing_of(graph_of(y), fold=False))
    assert text.count("<g class=") > 5_000
    assert len(text) < 5_000_000
