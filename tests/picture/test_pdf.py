"""PDF: lines and text on a page as large as the picture, the same bytes each time."""

import re
import sys
import zlib

import pytest
from picture.programs import derivative_of_tanh, names, training_step

from rung.errors import MissingExtraError
from rung.picture.drawing import Drawing, drawing_of
from rung.picture.pdf import LONGEST, POINTS, pdf_of

pytest.importorskip("matplotlib")


def _size(pdf):
    return [float(number) for number in re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf).groups()]


def _content(pdf):
    """What is drawn on the page, in the operators of PDF."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    texts = (zlib.decompress(stream) for stream in streams if stream[:1] == b"x")
    return max(texts, key=lambda text: text.count(b" l\n"))


def test_a_page_is_as_large_as_the_picture():
    drawing = drawing_of(training_step())
    pdf = pdf_of(drawing)
    assert pdf.startswith(b"%PDF-")
    assert _size(pdf) == pytest.approx([drawing.width * POINTS, drawing.height * POINTS])


def test_it_is_made_of_lines_and_text_and_no_image():
    drawing = drawing_of(training_step())
    pdf = pdf_of(drawing)
    assert b"/Subtype /Image" not in pdf
    texts = sum(len(figure.texts) for figure in drawing.boxes)
    assert _content(pdf).count(b"BT\n") >= texts
    assert b"/DejaVuSans" in pdf.replace(b"+", b"/")


def test_the_same_drawing_gives_the_same_bytes_and_no_date():
    drawing = drawing_of(derivative_of_tanh(3))
    assert pdf_of(drawing) == pdf_of(drawing)
    assert b"CreationDate" not in pdf_of(drawing)


def test_any_name_can_be_drawn():
    assert pdf_of(drawing_of(names())).startswith(b"%PDF-")


def test_a_gigantic_picture_fits_on_a_page():
    assert max(_size(pdf_of(Drawing(40_000, 30, "", [], [], [])))) <= LONGEST + 1


def test_settings_of_the_program_change_nothing():
    import matplotlib

    drawing = drawing_of(names())
    plain = pdf_of(drawing)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "savefig.dpi": 31, "axes.facecolor": "red"}):
        assert pdf_of(drawing) == plain


def test_without_matplotlib_the_cure_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r'needs matplotlib.*"rung\[plot\]"'):
        pdf_of(drawing_of(names()))
