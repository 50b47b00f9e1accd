"""The colours of the pictures of graphs, as the style of the pages here."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Any


@functools.cache
def theme_css() -> str:
    """A custom property for every colour of `rung/picture/theme.json`, light and dark: ``--tones-leaf-fill``."""
    theme = json.loads((files("rung.picture") / "theme.json").read_text(encoding="utf-8"))
    light, dark = ("".join(_properties(theme[scheme])) for scheme in ("light", "dark"))
    return (
        f":root {{ color-scheme: light; --font: {theme['font']};\n{light}}}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ color-scheme: dark;\n{dark}}} }}\n'
        f':root[data-theme="dark"] {{ color-scheme: dark;\n{dark}}}\n'
    )


def _properties(colours: dict[str, Any], path: str = "-") -> list[str]:
    lines = []
    for name, value in colours.items():
        below = f"{path}-{name}"
        lines += _properties(value, below) if isinstance(value, dict) else [f"  {below}: {value};\n"]
    return lines
