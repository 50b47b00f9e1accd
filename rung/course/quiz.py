"""Questions whose answers are numbers or short words, drawn anew from a seed."""

from __future__ import annotations

import ast
import math
import operator
import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rung.course.table import Step
from rung.errors import ValueRangeError

TOLERANCE = 1e-3  # of a number, relative to it: three digits are enough
MATH = {name: value for name, value in vars(math).items() if not name.startswith("_")}
MATH |= {"abs": abs, "min": min, "max": max, "round": round, "sum": sum, "len": len, "str": str, "int": int}


@dataclass(frozen=True)
class Question:
    """One question with its numbers.

    Attributes:
        answer: a number, or a word
    """

    text: str
    answer: float | str
    hints: Sequence[str]
    explanation: str = ""

    def accepts(self, text: str) -> bool:
        """Whether an answer is right; a number may be an expression, such as ``2/3``.

        >>> Question("1/4?", 0.25, []).accepts("1/4"), Question("?", "right", []).accepts(" Right ")
        (True, True)
        """
        if isinstance(self.answer, str):
            return _word(text) == _word(self.answer)
        try:
            return math.isclose(number(text), self.answer, rel_tol=TOLERANCE, abs_tol=1e-9)
        except ValueRangeError:
            return False


def questions(step: Step, seed: int, language: str = "en") -> list[Question]:
    """The questions of a step, with numbers that the seed decides."""
    path = step.folder / "quiz.toml"
    if (localized := step.folder / f"quiz.{language}.toml").is_file():
        path = localized
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    return [draw(row, random.Random(f"{step.id} {place} {seed}")) for place, row in enumerate(rows)]


def draw(row: Mapping[str, Any], rng: random.Random) -> Question:
    """A question from its row of `quiz.toml`.

    >>> row = {"text": "What is {a} + 1?", "draw": {"a": [2, 2]}, "answer": "a + 1", "hints": []}
    >>> draw(row, random.Random(0)).text, draw(row, random.Random(0)).answer
    ('What is 2 + 1?', 3)
    """
    names = {name: _draw(choices, rng) for name, choices in row.get("draw", {}).items()}
    shown = {name: f"{value:g}" if isinstance(value, float) else value for name, value in names.items()}
    answer = row["answer"]
    if isinstance(answer, str):
        answer = eval(answer, {"__builtins__": {}, **MATH}, names)  # the course's own text
    if isinstance(answer, bool):
        answer = "yes" if answer else "no"
    texts = [_fill(text, shown) for text in (row["text"], *row.get("hints", ()), row.get("explanation", ""))]
    return Question(texts[0], answer, texts[1:-1], texts[-1])


def _fill(text: str, names: Mapping[str, Any]) -> str:
    """Put the drawn values into a text; other braces stay."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _draw(choices: Sequence[Any], rng: random.Random) -> Any:
    """From two whole numbers, one between them; from anything else, one of them."""
    if len(choices) == 2 and all(type(choice) is int for choice in choices):
        return rng.randint(*choices)
    return rng.choice(choices)


# Answers -----------------------------------------------------------------------------------------------------------

OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip


def number(text: str) -> float:
    """The number that a learner typed: digits, or arithmetic with them.

    >>> number("-2/8"), number("3 * 2**4"), number("sqrt(16)"), number("1e-4")
    (-0.25, 48.0, 4.0, 0.0001)
    """
    try:
        return float(_value(ast.parse(text.strip().replace("^", "**"), mode="eval").body))
    except (SyntaxError, TypeError, ArithmeticError, ValueError, RecursionError, MemoryError) as error:
        raise ValueRangeError(f"expected a number, such as 3, 0.25 or 1/4, but got {text.strip()!r}") from error


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and (abs(right) > 100 or abs(left) > 1e6):
            raise ValueError("too large")
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.operand))
    if isinstance(node, ast.Name) and node.id in ("pi", "e"):
        return getattr(math, node.id)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("sqrt", "exp", "log", "sin", "cos")
    ):
        return getattr(math, node.func.id)(*[_value(argument) for argument in node.args])
    raise ValueError("not a number")


def complaint(question: Question, text: str) -> str | None:
    """What is wrong with the form of an answer, where it should be a number and is not; else None."""
    try:
        if not isinstance(question.answer, str):
            number(text)
    except ValueRangeError as error:
        return str(error)
    return None


def _word(text: str) -> str:
    return " ".join(text.strip().strip("\"'`.").casefold().split())
