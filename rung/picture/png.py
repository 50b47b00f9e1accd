"""A drawing as PNG: its SVG, rendered by resvg, in DejaVu Sans on every machine."""

from __future__ import annotations

from pathlib import Path

from rung.errors import MissingExtraError, PictureError
from rung.picture.drawing import Drawing
from rung.picture.svg import svg_of

ZOOM = 2.0  # pixels of the picture for one of the drawing
LARGEST = 40_000_000  # pixels of a picture: what is more is drawn smaller
LONGEST = 30_000  # pixels along a side, which is about what programs can show


def png_of(drawing: Drawing) -> bytes:
    """The bytes of a PNG file, of two pixels for one of the drawing, or of fewer if that would be too many.

    Raises `MissingExtraError` without resvg_py or matplotlib, which brings the font, and `PictureError` if resvg
    cannot draw it.
    """
    try:
        import matplotlib
        import resvg_py
    except ModuleNotFoundError as error:
        library = "resvg_py" if error.name == "resvg_py" else "matplotlib"
        raise MissingExtraError(library, "plot", "drawing a PNG picture of a graph") from None
    font = "DejaVu Sans"
    try:
        picture = resvg_py.svg_to_bytes(
            svg_string=svg_of(drawing, font),
            zoom=zoom_of(drawing.width, drawing.height),
            font_files=[str(Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf"))],
            font_family=font,
            sans_serif_family=font,
        )
    except ValueError as error:
        raise PictureError(f"Graph.save: expected resvg to draw a PNG picture, but it says: {error}") from error
    return bytes(picture)


def zoom_of(width: int, height: int) -> float:
    """How much larger than the drawing a picture is.

    >>> zoom_of(500, 300), zoom_of(50_000, 300)
    (2.0, 0.6)
    """
    return min(ZOOM, (LARGEST / (width * height)) ** 0.5, LONGEST / max(width, height))
