"""The gates on every step of the course, all at once on the cores that there are; and that each gate can complain.

``python -m rung.course.gates --full`` tries every mutant; and every step before on each state; here some of each are.
"""

import pytest

from rung.course import gates, publishing
from rung.course.table import Course


@pytest.mark.parametrize("gate", gates.GATES.values(), ids=lambda gate: gate.__name__)
def test_every_step_passes(course, pool, gate):
    options = {"count": gates.SAMPLE} if gate in gates.SAMPLED else {}
    complaints = pool.map(lambda number: gate(course, pool, number, **options), course.steps)
    assert [line for lines in complaints for line in lines] == []


def test_the_pages_are_those_that_would_be_written(course):
    pages = publishing.pages(course)
    for path, text in pages.items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is old: python -m rung.course.publishing"
    assert {path.name for path in publishing.DOCS.glob("steps/*.md")} == {path.name for path in pages}


# Each gate complains about the little course when it is broken -----------------------------------------------------


def edit(folder, file, old, new):
    path = folder / "steps" / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old in text
    path.write_text(text.replace(old, new) if old else new, encoding="utf-8")


def test_the_little_course_passes(little, pool):
    for number in little.steps:
        assert gates.all_gates(little, pool.of(little), number, full=True) == []


def session(kind, line, answer):
    return f"# A box\n\n```{kind}\n>>> import myrung\n>>> {line}\n{answer}\n```\n"


BREAKS = {
    "a solution that fails": ("01-double/solution/core.py", "2 * x", "3 * x", gates.passes, 1, "fails test_double"),
    "a check that does not hold later": ("03-box/solution/core.py", "class Box", "double = None\n\n\nclass Box",
                                         gates.passes, 3, "state 3 fails test_double of step 1"),
    "a check that proves nothing": ("03-box/check.py", "from myrung import Box\n\n\ndef test_put():",
                                    "import myrung\n\n\ndef test_put():\n    return\n    Box = None", gates.unsolved,
                                    3, "an empty package passes"),
    "a wrong answer caught by another": ("01-double/wrong/square.py", "test_small", "test_double", gates.wrongs, 1,
                                         "should be caught by test_double, but was caught by test_small"),
    "a wrong answer that is right": ("03-box/wrong/forgets.py", "self.changes += 1",
                                     "self.data = data\n        self.changes += 1", gates.wrongs, 3, "by none"),
    "a hint too few": ("03-box/hints.en.toml", '"Return it."', "", gates.hinted, 3, "must have three hints"),
    "a hint for nothing": ("03-box/hints.en.toml", "test_put", "test_take", gates.hinted, 3, "which is no check"),
    "an answer that any number is": ("02-theory/quiz.toml", '"2 * a"', '"a * a / 0.0001 if a > 500 else nan"',
                                     gates.asked, 2, "is not accepted"),
    "code that is not there": ("01-double/lesson.en.md", "core.py double", "core.py treble", gates.written, 1,
                               "treble of core.py, which is not in this state"),
    "a short lesson": ("03-box/lesson.en.md", "word " * 400, "", gates.written, 3, "must have 400 to 1200 words"),
    "another title": ("03-box/lesson.en.md", "# A box", "# The box", gates.written, 3, "is called 'The box'"),
    "numbers that are not those of the run": ("01-double/demo.out", "42", "43", gates.printed, 1, "prints something"),
    "a session that is not true": ("03-box/lesson.en.md", "# A box", session("pycon", "myrung.double(2)", "5"),
                                   gates.typed, 3, "on state 3: `myrung.double(2)` shows 5, but prints 4"),
    "a session on the state after": ("03-box/lesson.en.md", "# A box", session("pycon before", "myrung.Box", "<...>"),
                                     gates.typed, 3, "on state 2: `myrung.Box` shows <...>, but raises Attribute"),
    "a session of no kind": ("03-box/lesson.en.md", "# A box", session("pycon after", "1", "1"), gates.typed, 3,
                             "a session is `pycon` or `pycon before`, but got `pycon after`"),
    "a name from a later step": ("01-double/lesson.en.md", "# Twice", "# Twice\n\nA `Box`.", gates.names, 1,
                                 "names Box, which comes later"),
    "a mutant that lives": ("03-box/check.py", "assert box.data == 3", "", gates.caught, 3,
                            "no check catches core.py Box.put: drop `self.data = data`"),
    "a check that never fails": ("03-box/check.py", "def test_put", "def test_idle():\n    pass\n\n\ndef test_put",
                                 gates.caught, 3, "test_idle fails for no mutant"),
    "an equivalent that is none": ("03-box/equivalents.toml", "", '[[equivalent]]\nmutant = "x"\nreason = "y"\n',
                                   gates.caught, 3, "there is no mutant x"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_gate_complains(course_folder, name, pool):
    file, old, new, gate, number, complaint = BREAKS[name]
    edit(course_folder, file, old, new)
    broken = Course(course_folder)
    found = gate(broken, pool.of(broken), number)
    assert any(complaint in line for line in found), found


def test_words_of_python_never_come_too_early(course_folder):
    attempt = "try:\n    import json\nexcept ImportError:\n    json = None\n\n\nclass Box"
    edit(course_folder, "03-box/solution/core.py", "class Box", attempt)
    edit(course_folder, "01-double/lesson.en.md", "# Twice", "# Twice\n\n`try … finally` is not for today.")
    assert gates.names(Course(course_folder), None, 1) == []


def test_a_starter_that_replaces_is_complained_of(course_folder):
    folder = course_folder / "steps" / "03-box" / "starter"
    folder.mkdir()
    (folder / "core.py").write_text("def double(x): ...\n", encoding="utf-8")
    broken = Course(course_folder)
    assert "double is there already" in gates.adds_only(broken, None, 3)[0]
