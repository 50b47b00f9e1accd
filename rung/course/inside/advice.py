"""What an error means, and how it is likely to be mended: the first hint where a check fails by one."""

from __future__ import annotations

import builtins
import difflib
import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from rung.course.inside.learner import ALIAS
from rung.course.inside.whereabouts import Place, imports, places

USUAL = {"np": "import numpy as np", "plt": "import matplotlib.pyplot as plt"}


def advice(error: BaseException, package: Path, where: dict[str, Any]) -> str:
    """A hint for an error of a kind that can be told; else nothing.

    Args:
        error: what was raised
        package: the folder of the learner's package
        where: the learner's file and line that it came from, as far as they are known
    """
    if isinstance(error, SyntaxError):
        return _unreadable(error, where)
    if isinstance(error, NameError):
        return _undefined(error, package, where)
    if isinstance(error, ImportError):
        return _not_imported(error, package, where)
    if isinstance(error, AttributeError) and error.name:
        return _no_attribute(error.name, error.obj, package)
    return _mistyped(str(error), package) if isinstance(error, TypeError) else ""


def alike(name: str, known: Iterable[str]) -> str:
    """A question about a name that is spelt nearly so; nothing if there is none.

    >>> alike("exq", ["exp", "sin"])
    ' Did you mean `exp`?'
    """
    found = difflib.get_close_matches(name, {other for other in known if other != name}, 1, 0.6)
    return f" Did you mean `{found[0]}`?" if found else ""


# Python that cannot be read ----------------------------------------------------------------------------------------

SYNTAX = {
    r"expected ':'": "A line that opens a block (def, class, if, for, with, …) ends with a colon.",
    r"was never closed": "A bracket is opened there and never closed; Python read on until it gave up.",
    r"unmatched|does not match": "There is one closing bracket too many, or one of another kind than was opened.",
    r"unterminated": "A string is opened there and not closed on the same line.",
    r"expected an indented block": "The line above opens a block, and a block needs at least one line that is "
    "indented; `pass` will do.",
    r"unindent does not match": "This line is indented neither as those above nor as an outer block.",
    r"unexpected indent": "This line is indented further than those above, and nothing opens a block there.",
    r"tabs and spaces": "Tabs and spaces are mixed; let your editor indent with spaces alone.",
    r"perhaps you forgot a comma": "Between two values in brackets there is probably a comma missing.",
    r"maybe you meant '=='": "One = gives a name a value; two, ==, compare.",
    r"outside function": "A return or yield stands outside of any function: is it indented far enough?",
}


def _unreadable(error: SyntaxError, where: dict[str, Any]) -> str:
    place = f"line {where['line']} of {_base(where['file'])}" if where else "a line"
    general = (
        "The slip is on this line or right above it: a bracket, a comma, a quote or a colon too many or too few."
    )
    text = next((text for pattern, text in SYNTAX.items() if re.search(pattern, str(error.msg))), general)
    return f"Python stopped reading at {place}, so nothing could be run. {text}"


# Names without a value ---------------------------------------------------------------------------------------------


def _undefined(error: NameError, package: Path, where: dict[str, Any]) -> str:
    quoted = re.search(r"name '(\w+)'|variable '(\w+)'", str(error))
    if quoted is None:
        return ""
    name, file = quoted[1] or quoted[2], _base(where.get("file", ""))
    if isinstance(error, UnboundLocalError):
        return (
            f"`{name}` is used before it has a value: a name that gets one anywhere in a function belongs to that "
            f"function, from its first line on. Does every way to line {where.get('line', '?')} give it one?"
        )
    if line := USUAL.get(name) or (f"import {name}" if name in sys.stdlib_module_names else ""):
        return f"`{name}` is a module, and {file or 'this file'} does not import it: at its top, write {line}."
    found = places(package)
    if place := next((place for place in found if place.name == name), None):
        return _elsewhere(place, file, where.get("line", 0), package)
    near = alike(name, [place.name for place in found]) or alike(name, [*_in_scope(error), *dir(builtins)])
    inside = f" in {file}" if file else ""
    return f"`{name}` is not defined{inside}: is it misspelt, or still to be written, or imported?{near}"


def _elsewhere(place: Place, file: str, line: int, package: Path) -> str:
    """Of a name that is defined, but not for the line that asks."""
    name, there = place.name, f"line {place.line} of {place.file}"
    if place.owner:
        return (
            f"`{name}` is defined only within `{place.owner}`, at {there}, and is not known outside. Is it meant to "
            f"be `self.{name}` or `{place.owner}.{name}`, or should its definition begin at the left margin?"
        )
    if place.file == file:
        return (
            f"`{name}` is not defined yet when line {line} of {file} runs: it is written below, at line "
            f"{place.line}. A file is read from top to bottom; move one of the two."
        )
    module = place.file.removesuffix(".py")
    line_to_write = f"from .{module} import {name}"
    if imports(package, place.file, file.removesuffix(".py")):
        return (
            f"`{name}` is in {place.file}, and {file} does not import it. As {place.file} imports {file} itself, "
            f"write {line_to_write} inside the function that needs it, not at the top."
        )
    return f"`{name}` is in {place.file}, and {file or 'this file'} does not import it: {line_to_write}."


def _in_scope(error: BaseException) -> list[str]:
    """The names that were known where an error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return [] if trace is None else [*trace.tb_frame.f_locals, *trace.tb_frame.f_globals]


# What cannot be imported, and attributes ---------------------------------------------------------------------------


def _not_imported(error: ImportError, package: Path, where: dict[str, Any]) -> str:
    module = re.sub(rf"^{ALIAS}\b", package.name, error.name or "")
    if (error.name or "").split(".")[0] == "rung":
        return ""
    own = module.split(".")[0] == package.name
    missing = re.search(r"cannot import name '(\w+)'", str(error))
    if missing is None:
        return _no_module(module, package, own)
    if "partially initialized" in str(error) or "circular" in str(error):
        return (
            f"Two files import each other: while one of them is still being read, it asks {_file(module)} for "
            f"`{missing[1]}`, which is not there yet. Imports go one way: the file that the other one "
            "builds upon does not import it. Delete that import there."
        )
    if own:
        return _no_name(missing[1], module, package)
    return f"{module} has no `{missing[1]}`.{alike(missing[1], dir(sys.modules.get(module, object())))}"


def _no_module(module: str, package: Path, own: bool) -> str:
    if own:
        known = [path.stem for path in package.rglob("*.py")]
        near = alike(module.split(".")[-1], known)
        return f"There is no {_file(module)} in {package.name}/: is it still to be made, or spelt otherwise?{near}"
    if (package / f"{module}.py").is_file():
        return f"`{module}` is a file of your own package; within it, a dot says so: from .{module} import …"
    return (
        f"No package called `{module}` is installed: is the name right? The steps need NumPy and what Python itself "
        f"brings.{alike(module, sys.stdlib_module_names)}"
    )


def _no_name(name: str, module: str, package: Path) -> str:
    """Of a name that the learner's package, or a file of it, should have."""
    found = places(package)
    place = next((place for place in found if place.name == name), None)
    if place is None:
        near = alike(name, [place.name for place in found])
        return (
            f"Nothing in {package.name}/ is called `{name}` yet. This step asks for it under exactly this name, with "
            f"its definition beginning at the left margin.{near}"
        )
    if place.owner:
        return (
            f"`{name}` is there, at line {place.line} of {place.file}, but within `{place.owner}`, so nobody outside "
            "sees it. Is it indented too far? A definition for all begins at the left margin."
        )
    return (
        f"`{name}` is there, at line {place.line} of {place.file}, but {_file(module)} does not pass it on: "
        f"from .{place.file.removesuffix('.py').replace('/', '.')} import {name}."
    )


def _no_attribute(name: str, owner: Any, package: Path) -> str:
    if isinstance(owner, ModuleType):
        if owner.__name__.split(".")[0] == package.name:
            return _no_name(name, owner.__name__, package)
        return f"{owner.__name__} has no `{name}`.{alike(name, dir(owner))}"
    if owner is None:
        return (
            f"Something is None on that line, where an object with `.{name}` is wanted: is it still to be set, "
            "or does a function end without `return`?"
        )
    kind = owner if inspect.isclass(owner) else type(owner)
    if kind.__module__.split(".")[0] == package.name:
        return _no_member(name, owner, kind, package)
    if kind.__name__ == "ndarray":
        return (
            f"This is an array, and only your own objects have `.{name}`. Within forward and backward all is "
            "computed with arrays: is a `.data` missing there, so that a Variable met an array? Or is a Variable "
            "wanted here?"
        )
    return ""


def _mistyped(text: str, package: Path) -> str:
    """Of objects of the wrong kind: what learners of this course run into."""
    if "of type Variable which has no callable" in text:
        return (
            "A function of NumPy was given a Variable. Within forward and backward all is computed with arrays: take "
            "the Variable's `.data`."
        )
    found = re.search(r"(\w+)\(\) takes no arguments", text)
    if found and "__call__" in dir(getattr(sys.modules.get(package.name), found[1], None)):
        return f"`{found[1]}(x)` would make a function from x. Make it first, then call it: `{found[1]}()(x)`."
    return ""


def _no_member(name: str, owner: Any, kind: type, package: Path) -> str:
    outside = next((place for place in places(package) if place.name == name and not place.owner), None)
    if outside is not None:
        return (
            f"`{kind.__name__}` has no `{name}`; a definition of this name begins at the left margin, at line "
            f"{outside.line} of {outside.file}. Does it belong into the class, indented as its other methods are?"
        )
    how = "as a method or a class attribute" if inspect.isclass(owner) else f"in __init__, by self.{name} = …"
    return f"`{kind.__name__}` has no `{name}`: is it set {how}, and before it is asked for?{alike(name, dir(owner))}"


def _file(module: str) -> str:
    """The file of a module of the learner's, as a learner calls it."""
    _, dot, rest = module.partition(".")
    return f"{rest.replace('.', '/')}.py" if dot else "__init__.py"


def _base(file: str) -> str:
    """A file without the folder of the package."""
    return file.partition("/")[2] or file
