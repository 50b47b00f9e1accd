"""What is sent back: a status, a content, and what a browser may do with it."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from rung.trainer.journal import plain

# Of our own pages: our own files, nothing from elsewhere, and no text that is taken for markup.
OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
# Of a page in one file: what is in the file. It has an origin of its own, so that it cannot read what else is here.
ALONE = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-scripts allow-downloads allow-modals"
)
NOTHING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"

TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}  # fmt: skip
PLAIN = "text/plain; charset=utf-8"
LARGEST = 1 << 28  # bytes of a file that is sent


class Answer(NamedTuple):
    """What a request gets."""

    status: int
    kind: str
    body: bytes
    policy: str = NOTHING


def sentence(status: int, text: str) -> Answer:
    """A word to whoever asks for what is not to be had."""
    return Answer(status, PLAIN, f"{text}\n".encode())


def as_json(content: Any) -> Answer:
    """Data for a page; numbers that JSON lacks as `NaN`, `Infinity` and `-Infinity` in quotes."""
    return Answer(200, "application/json", json.dumps(plain(content), separators=(",", ":")).encode())


def as_page(html: str, policy: str = OWN) -> Answer:
    """A page."""
    return Answer(200, TYPES[".html"], html.encode(), policy)


def as_it_is(path: Path) -> Answer:
    """A file; a page among them may run, but not reach anything."""
    size, suffix = path.stat().st_size, path.suffix.lower()
    if size > LARGEST:
        return sentence(413, f"{path.name} is larger than {LARGEST >> 20} MiB.")
    policy = ALONE if suffix == ".html" else NOTHING
    return Answer(200, TYPES.get(suffix, PLAIN), path.read_bytes(), policy)


@functools.cache
def own_files() -> frozenset[str]:
    """The names of the files that our own pages ask for."""
    names = (file.name for file in (files("rung.viewing") / "page").iterdir())
    return frozenset(name for name in names if name.endswith((".css", ".js")))


def own_file(name: str) -> Answer:
    """One of the files that our own pages are made of."""
    return Answer(200, TYPES[Path(name).suffix], own_text(name).encode(), NOTHING)


def own_text(name: str) -> str:
    """The text of a file in `page/`."""
    return (files("rung.viewing") / "page" / name).read_text(encoding="utf-8")
