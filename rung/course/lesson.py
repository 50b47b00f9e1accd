"""The text of a lesson, with the code, the demo and its output put where the text asks for them."""

from __future__ import annotations

import ast
import difflib
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence

from rung.course.inside.learner import ALIAS, called
from rung.course.pieces import Piece, definitions, split
from rung.course.state import Files, state
from rung.course.table import Course, Step
from rung.errors import ValueRangeError

ORDER = re.compile(r"^\{\{ *(code|change|head|demo|output)(?:: *(.*?))? *\}\}$", re.MULTILINE)

SESSION = re.compile(r"^ *```pycon *(.*?)$(.*?)^ *```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"```pycon .*")  # for the gates alone: sites know no words after the language


def lesson(course: Course, step: Step, language: str = "en", name: str = ALIAS) -> str:
    """The lesson of a step as plain Markdown, with the learner's name of the package."""
    text = step.localized("lesson", "md", language).read_text(encoding="utf-8")
    text = ORDER.sub(lambda match: _answer(course, step, match[1], match[2] or ""), text)
    return called(MARK.sub("```pycon", text), name)


def sessions(step: Step, language: str = "en") -> dict[int, str]:
    """What a lesson shows as typed into Python, by the state that it is typed on.

    Blocks on one state are one session: those of ``pycon before`` on the state before, the others on the step's own.
    """
    found: dict[int, str] = {}
    for when, block in SESSION.findall(step.localized("lesson", "md", language).read_text(encoding="utf-8")):
        if when not in ("", "before"):
            raise ValueRangeError(f"{step.name}: a session is `pycon` or `pycon before`, but got `pycon {when}`")
        number = step.id - 1 if when else step.id
        found[number] = found.get(number, "") + block
    return found


def _answer(course: Course, step: Step, order: str, what: str) -> str:
    """What stands in the place of a line ``{{order: what}}``."""
    answers: Mapping[str, Callable[[], str]] = {
        "code": lambda: fence("python", code(course, step, *_words(step, what))),
        "change": lambda: fence("diff", change(course, step, *_words(step, what))),
        "head": lambda: fence("python", head(course, step, what)),
        "demo": lambda: fence("python", read(step, f"{what or 'demo'}.py")),
        "output": lambda: fence("text", read(step, f"{what or 'demo'}.out")),
    }
    return answers[order]()


def fence(language: str, text: str) -> str:
    """A block of code in Markdown."""
    return f"```{language}\n{text.rstrip()}\n```"


def read(step: Step, file: str) -> str:
    """The text of a file of a step."""
    path = step.folder / file
    if not path.is_file():
        cure = "; write it: python -m rung.course.publishing" if file.endswith(".out") else ""
        raise ValueRangeError(f"{step.name}: the lesson asks for {file}, which is not there{cure}")
    return path.read_text(encoding="utf-8")


def _words(step: Step, what: str) -> tuple[str, list[str]]:
    """A file, and the names of definitions in it."""
    file, *names = what.replace(",", " ").split()
    return file, names


def code(course: Course, step: Step, file: str, names: Sequence[str]) -> str:
    """Definitions in the state of a step, members below the head of their class; the whole file if none is named."""
    return excerpt(state(course, step.id), step, file, names)


def head(course: Course, step: Step, file: str) -> str:
    """What a file imports in the state of a step."""
    files = state(course, step.id)
    if file not in files:
        raise ValueRangeError(f"{step.name}: the lesson asks for {file}, which is not in this state")
    lines = [
        ast.unparse(node) for node in ast.parse(files[file]).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return "\n".join(lines)


def change(course: Course, step: Step, file: str, names: Sequence[str]) -> str:
    """The same, with ``+`` before what is new in this step and ``-`` before what was there."""
    before, after = state(course, step.id - 1), state(course, step.id)
    known = dict(definitions(split(before.get(file, ""))))
    old = excerpt(before, step, file, [name for name in names if name in known]) if known else ""
    old = "" if names and not any(name in known for name in names) else old
    new = excerpt(after, step, file, names)
    return "\n".join(compared(old.splitlines(), new.splitlines()))


def compared(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """All lines, with ``-`` before those that were taken away and, below them, ``+`` before those that came instead.

    >>> compared(["def f(x):", "    y = x", "    return y"], ["def f(x):", "    return x"])
    ['  def f(x):', '-     y = x', '-     return y', '+     return x']
    """
    found: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [f"  {line}" for line in old[a:b]]
        else:
            found += [f"- {line}" for line in old[a:b]] + [f"+ {line}" for line in new[c:d]]
    return [line.rstrip() for line in found]


def excerpt(files: Files, step: Step, file: str, names: Sequence[str]) -> str:
    """Definitions of a package, members below the head of their class; the whole file if none is named."""
    if file not in files:
        raise ValueRangeError(f"{step.name}: the lesson asks for {file}, which the state of this step does not have")
    if not names:
        return files[file]
    known = dict(definitions(split(files[file])))
    parts: list[tuple[str, str]] = []
    for name in names:
        if name not in known:
            raise ValueRangeError(f"{step.name}: the lesson asks for {name} of {file}, which is not in this state")
        owner = name.rpartition(".")[0] if name.rpartition(".")[0] in known else ""
        text = "\n".join(known[name].text())
        if owner and parts and parts[-1][0] == owner:
            parts[-1] = (owner, f"{parts[-1][1]}\n\n{text}")
        else:
            parts.append((owner, f"{_head(known[owner])}\n{text}" if owner else text))
    return textwrap.dedent("\n\n\n".join(text for _, text in parts))


def _head(piece: Piece) -> str:
    """The lines of a class above its body, without comments."""
    return "\n".join(line for line in piece.lines if line.strip() and not line.startswith("#"))


def title(text: str) -> str:
    """The heading of a lesson.

    >>> title("# A box\\n\\nText.")
    'A box'
    """
    return text.partition("\n")[0].lstrip("# ").strip()


def words(text: str) -> int:
    """How many words the prose of a lesson has; code is not counted.

    >>> words("# One two\\n\\n```python\\nx = 1\\n```\\nthree `four`")
    4
    """
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return len(re.findall(r"[\w'’./]+", prose))
