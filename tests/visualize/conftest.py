"""What the tests of pictures share: a path to draw to, and the text that was written."""

import pytest

from rung.visualize.sheet import Sheet


@pytest.fixture
def path(tmp_path):
    return tmp_path / "picture.png"


@pytest.fixture
def written(monkeypatch):
    """All text that is written on sheets, in order."""
    texts = []
    write = Sheet.write

    def listen(sheet, x, y, text, *rest, **style):
        texts.append(text)
        write(sheet, x, y, text, *rest, **style)

    monkeypatch.setattr(Sheet, "write", listen)
    return texts
