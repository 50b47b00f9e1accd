"""Text in pictures: as wide as is said or less, cut where it does not fit, and the same in Python and in the page."""

from pathlib import Path

import pytest
from picture import twin
from trust.pictures import HOSTILE_NAMES

from rung.picture.text import cut, drawable, shipped, text_width

TEXTS = [
    "", "x", "tanh", "(2, 3) float32", "∂L/∂W", "→ × − …", "入力の変数", "가나다", "Ωмир", "é\u0301", "😀 x", "a\tb\n c ",
    "\u200b\u202e", "naïve", *[name for name in HOSTILE_NAMES if name != "\ud800"],
]  # fmt: skip


def test_the_page_measures_cuts_and_cleans_alike():
    cases = [{"text": text, "size": size, "width": width} for text in TEXTS for size, width in ((13, 60), (10, 25))]
    expected = [
        [drawable(it["text"]), text_width(it["text"], it["size"]), cut(it["text"], it["width"], it["size"])]
        for it in cases
    ]
    calls = "[drawable(it.text), textWidth(it.text, it.size), cut(it.text, it.width, it.size)]"
    assert twin.run(calls, cases) == expected


def test_no_character_of_dejavu_is_wider_than_the_table_says():
    matplotlib = pytest.importorskip("matplotlib")
    from matplotlib.ft2font import FT2Font, LoadFlags

    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf")))
    font.set_size(1000, 72)
    known = font.get_charmap().keys()
    for row in shipped("widths.json")["ranges"]:
        for code, width in enumerate(row["widths"], row["first"]):
            if code in known:
                advance = font.load_char(code, flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536
                assert round(advance) <= width, chr(code)


@pytest.mark.parametrize("width", [0, 5, 20, 37, 90])
def test_what_is_cut_fits_and_keeps_both_ends(width):
    text = "a name as long as somebody might give it"
    shorter = cut(text, width, 13)
    assert text_width(shorter, 13) <= max(width, text_width("…", 13))
    head, _, tail = shorter.partition("…")
    assert text.startswith(head)
    assert text.endswith(tail)


def test_what_fits_is_left_alone():
    assert cut("tanh", text_width("tanh", 13), 13) == "tanh"


def test_full_width_characters_are_as_wide_as_the_font_is_high():
    assert text_width("漢字", 20) == 40


def test_nothing_that_xml_forbids_or_that_turns_the_writing_is_left():
    hostile = "".join(map(chr, range(0x20))) + "\x7f\x9b\u2028\u202e\u2066\ufeff\uffff\ud800\udfff"
    assert set(drawable(f"a{hostile}b")) == {"a", "b", " ", "\N{REPLACEMENT CHARACTER}"}
    assert drawable("x < 入力 & é😀") == "x < 入力 & é😀"
