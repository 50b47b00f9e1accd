"""Text on a sheet is drawn letter for letter and fits; a sheet is saved whole or not at all."""

import sys

import pytest
from visualize.samples import size_of

from rung import fonts
from rung.errors import MissingExtraError
from rung.fonts import drawable
from rung.visualize.sheet import Sheet, cut, percent, text_width


def test_dollar_and_underscore_are_drawn_as_signs():
    paper = Sheet(4, 1)
    for text in ("x1", "x_1", "$x_1$", "$$"):
        paper.write(1, 0.5, text, 20)
    plain, scored, mathy, signs = (text.get_window_extent().width for text in paper.figure.texts)
    assert scored > plain + 10
    assert mathy == pytest.approx(scored + signs, abs=4)


def test_what_no_font_holds_becomes_a_box_and_a_name_stays_on_one_line():
    assert drawable("a\n b\U0010fffdc") == "a b□c"


@pytest.mark.parametrize("text", ["short", "a rather long name of a class", "M" * 300])
def test_cut_text_fits_and_keeps_both_ends(text):
    shorter = cut(text, 0.8, 9)
    assert text_width(shorter, 9) <= 0.8
    assert (shorter[0], shorter[-1]) == (text[0], text[-1])


def test_a_hundred_percent_is_all():
    assert percent(0.9999999, 2) == "99.99 %"
    assert percent(1.0, 2) == "100.00 %"


def test_without_matplotlib_the_cure_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (fonts.families.__wrapped__, lambda: Sheet(1, 1)):
        with pytest.raises(MissingExtraError, match=r'drawing pictures needs matplotlib.*"rung\[plot\]"'):
            draw()


def test_a_picture_replaces_an_older_file_and_leaves_nothing_beside_it(path):
    path.write_text("old")
    Sheet(1, 2).save(str(path))
    assert size_of(path) == (150, 300)
    assert list(path.parent.iterdir()) == [path]
