"""The colours of the pictures of graphs, as the style of the pages here."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any


@functools.cache
def theme_css() -> str:
    """A custom property for every colour of `rung/picture/theme.json`, light and dark: ``--tones-leaf-fill``."""
    theme = json.loads((files("rung.picture") / "theme.json").read_text(encoding="utf-8"))
    light, dark = dict(_colours(theme["light"])), dict(_colours(theme["dark"]))
    properties = "".join(f"  {name}: light-dark({colour}, {dark[name]});\n" for name, colour in light.items())
    return (
        f":root {{\n  color-scheme: light dark;\n  --font: {theme['font']};\n{properties}}}\n"
        ":root[data-theme='light'] { color-scheme: light; }\n:root[data-theme='dark'] { color-scheme: dark; }\n"
    )


def _colours(nested: dict[str, Any], path: str = "-") -> Iterator[tuple[str, str]]:
    for name, value in nested.items():
        if isinstance(value, dict):
            yield from _colours(value, f"{path}-{name}")
        else:
            yield f"{path}-{name}", value
