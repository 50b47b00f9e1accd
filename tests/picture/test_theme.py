"""The colours: text can be read on what it stands on, in light and in dark, and tones are told apart."""

from itertools import combinations

import pytest

from rung.picture.text import shipped

THEMES = {name: shipped("theme.json")[name] for name in ("light", "dark")}
# Colours as they look without green cones (deuteranopia) and without red ones (protanopia): Machado et al., 2009.
BLINDNESS = {
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
}


def _linear(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def _contrast(a, b):
    """As in WCAG 2.2: from 1 to 21."""
    light, dark = sorted((sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), _linear(x), strict=True)) for x in (a, b)),
                         reverse=True)  # fmt: skip
    return (light + 0.05) / (dark + 0.05)


def _seen(color, matrix):
    return [sum(w * c for w, c in zip(row, _linear(color), strict=True)) for row in matrix]


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(theme):
    colors = THEMES[theme]
    for name, tone in colors["tones"].items():
        for part in ("text", "muted"):
            assert _contrast(tone[part], tone["fill"]) >= 4.5, f"{part} of {name}"
    for name in ("frame", "chip"):
        assert _contrast(colors[name]["text"], colors[name]["fill"]) >= 4.5, name
    assert _contrast(colors["ink"], colors["paper"]) >= 7
    assert _contrast(colors["muted"], colors["paper"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_lines_and_edges_of_boxes_can_be_seen(theme):
    colors = THEMES[theme]
    for ground in (colors["paper"], colors["frame"]["fill"]):
        assert _contrast(colors["edge"], ground) >= 3
    for name, tone in colors["tones"].items():
        if name not in ("number", "buffer"):
            assert _contrast(tone["line"], colors["paper"]) >= 2.2, name


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_variables_parameters_data_and_gradients_are_told_apart_without_red_or_green(theme, blindness):
    tones = THEMES[theme]["tones"]
    for a, b in combinations(("result", "parameter", "data", "wrong"), 2):
        fills, lines = ([_seen(tones[x][part], BLINDNESS[blindness]) for x in (a, b)] for part in ("fill", "line"))
        apart = max(sum((p - q) ** 2 for p, q in zip(*pair, strict=True)) ** 0.5 for pair in (fills, lines))
        assert apart > 0.1, f"{a} and {b}"


def test_both_themes_have_the_same_parts():
    light, dark = THEMES.values()
    assert light.keys() == dark.keys()
    assert {name: tone.keys() for name, tone in light["tones"].items()} == {
        name: tone.keys() for name, tone in dark["tones"].items()
    }
