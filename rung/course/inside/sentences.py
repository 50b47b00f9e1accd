"""From an error to what a learner reads: what was expected, what came, where to look in the learner's code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import TracebackType
from typing import Any

from rung.course.inside.advice import advice
from rung.course.inside.learner import ALIAS, called, inside
from rung.course.inside.whereabouts import line_of_class

NOTHING = "nothing of that name"  # what came of a name that is missing


def of_error(error: BaseException, root: Path, name: str) -> dict[str, Any]:
    """The fields of a failed check, in which the learner's package has its own name.

    Args:
        error: what was raised
        root: the workspace
        name: the learner's package
    """
    said = _asserted(error) or _absent(error, name) or _raised(error)
    found = {field: called(text, name) for field, text in said.items()}
    own = _syntax(error, root) or _deepest(error, root)
    hint = advice(error, root / name, own)
    return {**found, **(_look(getattr(error, "look", None), root) or own), **({"hint": hint} if hint else {})}


# What was expected, and what came ----------------------------------------------------------------------------------


def _asserted(error: BaseException) -> dict[str, str] | None:
    """Of a check that compared: its own words, or those of a plain assert."""
    if hasattr(error, "expected") and hasattr(error, "came"):
        return {"sentence": str(error), "expected": str(error.expected), "came": str(error.came)}
    if not isinstance(error, AssertionError) and type(error).__name__ != "Failed":  # as pytest.fail raises
        return None
    text = str(error).strip() or "an assertion does not hold"
    first, _, rest = text.partition("\n")
    if first.startswith("assert "):
        return {"sentence": f"this should hold, and does not: {first.removeprefix('assert ')}", "detail": rest}
    parts = re.fullmatch(r"(.*): expected (.*), but (.*?),? came", text, re.DOTALL)
    if parts:
        return {"sentence": text, "expected": parts[2], "came": parts[3]}
    return {"sentence": first, "detail": "" if rest.startswith("assert ") else rest}


def _absent(error: BaseException, package: str) -> dict[str, str] | None:
    """Of a name that is not there yet."""
    missing = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", str(error))
    if isinstance(error, ImportError) and missing and missing[2].split(".")[0] in (package, ALIAS):
        return _no_name(missing[1], missing[2])
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in (package, ALIAS):
        file = (error.name or "").replace(".", "/") + ".py"
        return {"sentence": f"there is no file {file} yet", "expected": file, "came": "no such file"}
    owner = getattr(error, "obj", None)
    if isinstance(error, AttributeError) and inspect.ismodule(owner) and owner.__name__.split(".")[0] == package:
        return _no_name(str(error.name), owner.__name__)
    return None


def _no_name(missing: str, module: str) -> dict[str, str]:
    return {"sentence": f"{module} has no {missing} yet", "expected": missing, "came": NOTHING}


def _raised(error: BaseException) -> dict[str, str]:
    """Of any other error: its name and text."""
    kind = type(error).__name__
    text = " ".join(str(error).split())
    if isinstance(error, SyntaxError):
        return {"sentence": f"this is not Python yet: {error.msg}"}
    if isinstance(error, RecursionError):
        text = "calls within calls, without an end"
    if isinstance(error, SystemExit):
        text = "your code ends Python itself"
    return {"sentence": f"{kind}: {text}" if text else kind}


# Where to look -----------------------------------------------------------------------------------------------------


def _look(look: Any, root: Path) -> dict[str, Any]:
    """Where an object of the learner's is defined."""
    if look is None:
        return {}
    try:
        file, line = inspect.getsourcefile(inspect.unwrap(look)), inspect.getsourcelines(inspect.unwrap(look))[1]
    except (TypeError, OSError):
        return {}
    if file is None or not inside(Path(file), root):
        return {}
    name = getattr(look, "__qualname__", "")
    line = (inspect.isclass(look) and line_of_class(Path(file), name)) or max(line, 1)
    return {"file": _relative(file, root), "line": line, "name": name}


def _syntax(error: BaseException, root: Path) -> dict[str, Any]:
    if isinstance(error, SyntaxError) and error.filename and inside(Path(error.filename), root):
        return {
            "file": _relative(error.filename, root),
            "line": error.lineno or 1,
            "source": (error.text or "").strip(),
        }
    return {}


def _deepest(error: BaseException, root: Path) -> dict[str, Any]:
    """The line of the learner's that ran last, if the error came from there."""
    frames = [frame for frame in _frames(error.__traceback__) if _is_own(frame, root)]
    if not frames:
        return {}
    frame = frames[-1]
    code = frame.tb_frame.f_code
    lines = inspect.getsource(inspect.getmodule(code) or code).splitlines() if inspect.getmodule(code) else []
    source = lines[frame.tb_lineno - 1].strip() if 0 < frame.tb_lineno <= len(lines) else ""
    return {"file": _relative(code.co_filename, root), "line": frame.tb_lineno, "name": code.co_qualname
            if hasattr(code, "co_qualname") else code.co_name, "source": source}  # fmt: skip


def _frames(traceback: TracebackType | None) -> list[TracebackType]:
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    return frames


def _is_own(frame: TracebackType, root: Path) -> bool:
    file = frame.tb_frame.f_code.co_filename
    return not file.startswith("<") and inside(Path(file), root)


def _relative(file: str, root: Path) -> str:
    return Path(file).resolve().relative_to(root.resolve()).as_posix()
