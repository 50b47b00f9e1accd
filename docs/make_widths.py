"""Write rung/picture/widths.json: how wide characters are, in thousandths of the font size.

Each is as wide as in the wider of DejaVu Sans (which comes with matplotlib) and Arial, or a font with Arial's widths
such as Liberation Sans, whose file is the first argument:

    python docs/make_widths.py /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf
"""

import json
import sys
from pathlib import Path

import matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags

import rung

# Latin, Greek, Cyrillic, punctuation, superscripts and subscripts, arrows, signs of mathematics.
RANGES = [(0x20, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x205E), (0x2070, 0x209C), (0x2190, 0x2193),
          (0x2200, 0x22FF)]  # fmt: skip
DEJAVU = Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf")


def advances(path):
    """The widths of the characters that a font has."""
    font = FT2Font(str(path))
    font.set_size(1000, 72)
    codes = {code for first, last in RANGES for code in range(first, last + 1)} & font.get_charmap().keys()
    return {code: round(font.load_char(code, flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536) for code in codes}


def main():
    fonts = [advances(path) for path in (DEJAVU, *sys.argv[1:])]
    ranges = []
    for first, last in RANGES:
        widths = [max((font.get(code, 0) for font in fonts), default=0) or 1000 for code in range(first, last + 1)]
        ranges.append({"first": first, "widths": widths})
    table = {
        "ranges": ranges,
        "none": [[0x300, 0x36F], [0x1AB0, 0x1AFF], [0x20D0, 0x20FF], [0xFE00, 0xFE0F]],
        "wide": [[0x1F000, 0x1FAFF]],
        "wide_width": 1400,
        "other_width": 1000,
    }
    text = json.dumps(table, separators=(",", ":")).replace('{"first', '\n{"first').replace('"none"', '\n"none"')
    (Path(rung.__file__).parent / "picture/widths.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
