"""Lessons, hints and questions: what is put in where, in which language, and which answers are right."""

import random

import pytest
from rich.console import Console

from rung.course import hints, lesson, prose, quiz
from rung.course.screen import THEME, Screen
from rung.errors import ValueRangeError


def test_a_lesson_has_the_code_the_demo_and_its_output_in_place(little):
    text = lesson.lesson(little, little.step(1), name="climb")
    assert '```python\ndef double(x):\n    """Twice x."""\n    return 2 * x\n```' in text
    assert "```python\nfrom climb import double\n\nprint(double(21))\n```" in text
    assert "```text\n42\n```" in text


def test_a_session_is_shown_without_the_word_for_the_gates(little):
    path = little.step(3).folder / "lesson.en.md"
    path.write_text("# A box\n\n```pycon before\n>>> import myrung\n```\n\n```pycon\n>>> 1\n```\n", encoding="utf-8")
    text = lesson.lesson(little, little.step(3), name="climb")
    assert text == "# A box\n\n```pycon\n>>> import climb\n```\n\n```pycon\n>>> 1\n```\n"
    assert lesson.sessions(little.step(3)) == {2: "\n>>> import myrung\n", 3: "\n>>> 1\n"}


def test_a_change_marks_what_is_new(little, course_folder):
    path = course_folder / "steps" / "03-box" / "solution" / "core.py"
    path.write_text("def double(x):\n    return x + x\n", encoding="utf-8")
    assert lesson.change(little, little.step(3), "core.py", ["double"]).splitlines() == [
        "  def double(x):", '-     """Twice x."""', "-     return 2 * x", "+     return x + x",
    ]  # fmt: skip


def test_what_was_taken_away_stands_above_what_came_instead(little, course_folder):
    path = course_folder / "steps" / "03-box" / "solution" / "core.py"
    path.write_text('def double(x):\n    """Twice x."""\n    y = x\n    y += x\n    return y\n', encoding="utf-8")
    assert lesson.change(little, little.step(3), "core.py", ["double"]).splitlines() == [
        "  def double(x):", '      """Twice x."""', "-     return 2 * x",
        "+     y = x", "+     y += x", "+     return y",
    ]  # fmt: skip
    assert lesson.compared(["a", "b", "c"], ["a", "d"]) == ["  a", "- b", "- c", "+ d"]


def test_members_stand_below_the_head_of_their_class(little):
    text = lesson.code(little, little.step(3), "core.py", ["Box.__init__", "Box.put"])
    assert text.startswith("class Box:\n    def __init__(self, data):\n")
    assert text.count("class Box:") == 1


@pytest.mark.parametrize("order", ["{{code: core.py nothing}}", "{{code: other.py}}", "{{output: nothing}}"])
def test_what_a_lesson_asks_for_must_be_there(little, order):
    path = little.step(1).folder / "lesson.en.md"
    path.write_text(f"# Twice\n\n{order}\n", encoding="utf-8")
    with pytest.raises(ValueRangeError, match="01-double: the lesson asks for"):
        lesson.lesson(little, little.step(1))


def test_texts_come_in_the_learners_language_where_there_is_one(little):
    folder = little.step(1).folder
    (folder / "lesson.ko.md").write_text("# 두 배\n", encoding="utf-8")
    (folder / "hints.ko.toml").write_text('[test_small]\nhints = ["하나"]\n', encoding="utf-8")
    assert lesson.lesson(little, little.step(1), "ko").startswith("# 두 배")
    assert lesson.lesson(little, little.step(1), "ja").startswith("# Twice")
    assert hints.hints_of(little.step(1), "ko") == {"test_small": ["하나"]}


def test_the_same_seed_draws_the_same_numbers(little):
    first, again, other = (quiz.questions(little.step(2), seed)[0] for seed in (1, 1, 2))
    assert first == again
    assert first.text != other.text
    assert first.hints[0] != other.hints[0]


@pytest.mark.parametrize(("typed", "value"), [("2", 2), (" -1/4 ", -0.25), ("2**3", 8), ("2^3", 8), ("1e3", 1000),
                                              ("exp(0)", 1), ("pi", 3.14159), ("-(1 + 2)", -3)])  # fmt: skip
def test_numbers_may_be_typed_as_arithmetic(typed, value):
    assert quiz.number(typed) == pytest.approx(value, 1e-4)


@pytest.mark.parametrize(
    "typed", ["", "x", "__import__('os')", "9**9**9", "open('x')", "[1]", "1 if 1 else 2", "1/0"]
)
def test_what_is_not_a_number_is_said_and_never_run(typed):
    with pytest.raises(ValueRangeError, match="expected a number"):
        quiz.number(typed)


def test_answers_are_right_up_to_a_thousandth_and_words_in_any_case():
    question = quiz.draw({"text": "?", "answer": "1/3", "hints": []}, random.Random(0))
    assert question.accepts("0.3333")
    assert not question.accepts("0.33")
    assert not question.accepts("a third")
    word = quiz.draw({"text": "?", "answer": "'the youngest'", "hints": []}, random.Random(0))
    assert word.accepts(" The  Youngest. ")
    assert not word.accepts("oldest")


def test_values_are_drawn_from_a_range_or_a_list():
    row = {"text": "{a} {b} {c}", "answer": "a", "draw": {"a": [1, 3], "b": ["x", "y"], "c": [1, 2, 5]}}
    drawn = {tuple(quiz.draw(row, random.Random(seed)).text.split()) for seed in range(200)}
    assert {a for a, _, _ in drawn} == {"1", "2", "3"}
    assert {b for _, b, _ in drawn} == {"x", "y"}
    assert {c for _, _, c in drawn} == {"1", "2", "5"}


def test_marks_of_a_change_stand_in_the_margin():
    rows = list(prose.changed_lines("  def f():\n-     return 1\n+     return 2"))
    assert [(mark, line.plain) for mark, line in rows] == [
        (" ", "def f():"),
        ("-", "    return 1"),
        ("+", "    return 2"),
    ]


def test_hints_are_shown_as_they_are():
    screen = Screen(Console(theme=THEME, force_terminal=True, color_system=None, emoji=False, width=90))
    with screen.console.capture() as shown:
        screen.remark("x**2 + y**2, __init__, `a**b`, a[1] < b, the *other* one")
    assert shown.get().strip() == "x**2 + y**2, __init__, a**b, a[1] < b, the other one"


def test_code_in_lessons_has_no_emoji():
    screen = Screen()
    screen.plain = False
    with screen.console.capture() as shown:
        screen.prose("```text\n::x::::o:::\n```")
    assert "::x::::o:::" in shown.get()
