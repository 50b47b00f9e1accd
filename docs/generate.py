"""Write the reference pages from the docstrings: `python docs/generate.py`."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent / "reference"

FUNCTIONS = [
    "elementwise.arithmetic", "elementwise.exponential", "elementwise.trigonometric", "elementwise.special",
    "elementwise.rounding", "elementwise.selection", "elementwise.logical", "activation.rectified",
    "activation.sigmoidal", "activation.gated", "activation.softmax", "reduction", "cumulative", "ordering", "view",
    "joining", "indexing", "movement", "linalg.product", "linalg.einsum", "linalg.parts", "linalg.solving",
    "linalg.decomposition", "loss.cross_entropy", "loss.probability", "loss.distance", "loss.similarity", "loss.ctc",
    "spatial.convolution", "spatial.transposed", "spatial.patches", "spatial.pooling", "spatial.averaging",
    "spatial.adaptive", "spatial.resizing", "normalization.batch", "normalization.examples", "normalization.weights",
    "recurrent.elman", "recurrent.lstm", "recurrent.gru", "attention.lookup", "attention.positions",
    "attention.dot_product", "metrics", "stochastic",
]  # fmt: skip
TRANSFORMS = ["reverse", "forward", "derivatives", "batching", "checkpointing"]

PAGES = {
    "functions": (
        "Functions",
        "All of `rung.functions`, usually imported as `F`. Every function takes Variables, arrays or numbers and "
        "gives Variables. One that has a derivative has derivatives of any order, in reverse and in forward mode, "
        "and works inside `vmap`; the others give constants.",
        [f"rung.functions.{name}" for name in FUNCTIONS],
    ),
    "transform": (
        "Transforms",
        "Functions of functions, in `rung.transform`: derivatives, batches, memory.",
        [f"rung.transform.{name}" for name in TRANSFORMS],
    ),
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        path = FOLDER / f"{name}.md"
        path.write_text(page(name), encoding="utf-8")
        print(path)


def page(name: str) -> str:
    """One page: what is there, room by room, and then each function in full."""
    title, about, names = PAGES[name]
    modules = [importlib.import_module(module) for module in names]
    parts = [
        f"# {title}",
        about,
        "*Written from the docstrings by `python docs/generate.py`; the examples run as tests.*",
    ]
    parts += [contents(module) for module in modules]
    for module in modules:
        parts.append(f"## {heading(module)}")
        parts += [section(f) for f in functions(module)]
    return "\n\n".join(parts) + "\n"


def functions(module: ModuleType) -> list[Callable[..., Any]]:
    """The public functions of a module, in the order of its source."""
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    found = [vars(module)[name] for name in names]
    own = [f for f in found if inspect.isfunction(f) and f.__module__ == module.__name__]
    return sorted(own, key=lambda f: inspect.unwrap(f).__code__.co_firstlineno)


def heading(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").splitlines()[0].rstrip(".")


def contents(module: ModuleType) -> str:
    links = ", ".join(f"[`{f.__name__}`](#{f.__name__})" for f in functions(module))
    return f"**{heading(module)}**: {links}"


def section(f: Callable[..., Any]) -> str:
    """One function: its signature and its docstring."""
    return f"### {f.__name__}\n\n```python\n{f.__name__}{signature(f)}\n```\n\n{markdown(inspect.getdoc(f) or '')}"


def signature(f: Callable[..., Any]) -> str:
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(f)))  # annotations are kept as text
    return re.sub(r": Any(?=[,)= ])| -> .*$", "", text)


def markdown(doc: str) -> str:
    """A docstring as Markdown: examples in fences, lists of arguments as lists, formulas as they are."""
    return "\n\n".join(block for paragraph in re.split(r"\n\s*\n", doc) for block in _blocks(paragraph))


def _blocks(paragraph: str) -> Iterator[str]:
    if paragraph.lstrip().startswith(">>>"):
        yield f"```python\n{paragraph}\n\n```"
    elif match := re.match(r"(Args|Raises|Returns|Attributes):\n", paragraph):
        yield f"**{match[1]}**"
        yield "\n".join(_items(paragraph[match.end() :]))
    else:
        yield re.sub(r"^(Shape|Source|Args)([^\n:]*):", r"**\1**\2:", paragraph, flags=re.MULTILINE)


def _items(text: str) -> Iterator[str]:
    """Lines of the form `name: what it is`, continued on deeper lines."""
    lines = inspect.cleandoc("\n" + text).splitlines()
    joined = re.sub(r"\n\s+", " ", "\n".join(lines))
    for line in joined.splitlines():
        name, colon, rest = line.partition(": ")
        yield f"- `{name}`: {rest}" if colon else f"- {line}"


if __name__ == "__main__":
    main()
