"""The page at the top: it tells of the learner's own code, draws what that computes, and writes over nothing else."""

import json
from datetime import date

import pytest

from rung.course import state, workspace
from rung.course.summit.command import figure_of
from rung.course.summit.drawing import draw
from rung.course.summit.page import _head, words
from rung.course.summit.telling import Climb, built

MINE = "def double(x):\n    return x + x\n"
BOX = """

class Box:
    def __init__(self, data):
        self.data, self.changes = data, 0

    def put(self, data):
        self.data = data
        self.changes += 1
"""
FIGURE = """
import json
from myrung import double

figure = {"title": "Twice", "about": "Numbers, doubled.", "kind": "curves", "x": [0, 1, 2]}
print(json.dumps({**figure, "curves": {"twice": [double(x) for x in (0, 1, 2)]}}))
"""


@pytest.fixture
def climbed(work):
    """A workspace in which all three steps are passed, on two days."""
    for number, core, day in (1, MINE, "2026-05-03"), (2, MINE, "2026-05-03"), (3, MINE + BOX, "2026-06-09"):
        work.progress.current = work.progress.level = number
        (work.package / "core.py").write_text(core, encoding="utf-8")
        work.pass_step(number)
        work.progress.passed[number]["on"] = day
    work.save()
    return work


def test_it_is_told_of_when_the_last_step_is_passed_and_not_before(learn, work):
    status, said = learn("summit")
    assert status == 1
    assert "the view from the summit is for after step 3, but that is not passed yet; you are at step 1" in said
    work.begin(3)
    (work.package / "core.py").write_text(MINE + BOX, encoding="utf-8")
    assert "rung learn summit" in learn("check")[1]
    assert "rung learn summit" in learn("next")[1]


def test_who_entered_further_up_did_not_begin_with_an_empty_file(climbed):
    assert "written from an empty file" in _head(Climb(climbed))
    del climbed.progress.passed[1], climbed.progress.passed[2]
    assert "built up from step 3" in _head(Climb(climbed))


def test_what_was_built_in_each_step_and_when(climbed):
    climb = Climb(climbed)
    assert [list(rung.built) for rung in climb.rungs] == [[("core.py", "double")], [], [("core.py", "Box")]]
    assert climb.rungs[0].built["core.py", "double"] == MINE.strip()
    assert [rung.lines for rung in climb.rungs] == [3, 3, 9]
    assert climb.days == [date(2026, 5, 3), date(2026, 6, 9)]
    assert (climb.lines, climb.definitions, climb.checks) == (9, 4, 5)
    assert climb.families() == {"functions": ["double"]}


def test_what_only_moved_was_not_built_and_of_a_class_its_new_members_were():
    before = {("core.py", "f"): "def f(): ...", ("core.py", "A"): "old", ("core.py", "A.g"): "def g(): ..."}
    after = {("functions.py", "f"): "def f(): ...", ("core.py", "A"): "new", ("core.py", "A.h"): "    def h(): ..."}
    assert built(before, after) == {("core.py", "A.h"): "def h(): ..."}


def test_the_page_needs_nothing_but_itself(learn, climbed, tmp_path):
    figure_of(climbed.course.step(1)).write_text(FIGURE, encoding="utf-8")
    out = tmp_path / "deep" / "page.html"
    status, said = learn("summit", "--out", out)
    assert status == 0
    assert "your framework draws: 1  Twice" in said
    text = out.read_text(encoding="utf-8")
    for part in "<h1>climb</h1>", "between 3 May 2026 and 9 June 2026", "<b>9</b> lines", "Numbers, doubled.":
        assert part in text
    assert '<span class="nf">double</span>' in text
    assert "<i>by thinking alone</i>" in text
    assert "http" not in text
    assert "<circle" not in text


def test_it_is_written_again_but_never_over_another_file(learn, climbed, tmp_path):
    out = tmp_path / "page.html"
    assert learn("summit", "--out", out)[0] == learn("summit", "--out", out)[0] == 0
    out.write_text("mine", encoding="utf-8")
    status, said = learn("summit", "--out", out)
    assert status == 1
    assert "is there, and is not such a page; choose another file by --out" in said
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_figure_that_fails_is_left_out_and_said(learn, climbed, tmp_path):
    figure_of(climbed.course.step(1)).write_text("from myrung import nothing\n", encoding="utf-8")
    status, said = learn("summit", "--out", tmp_path / "page.html")
    assert status == 0
    assert "left out: the figure of step 1 fails on your framework: ImportError" in said
    assert "What it computes" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_day_on_which_a_step_was_passed_first_is_kept(learn, climbed):
    assert learn("check", 1)[0] == 0
    assert workspace.find().progress.passed[1]["on"] == "2026-05-03"


def test_every_figure_of_the_course_can_be_drawn(course, pool):
    files, steps = state.state(course, course.last), [s for s in course.steps.values() if figure_of(s).is_file()]
    assert [step.id for step in steps] == [35, 48, 51, 57, 60, 62]
    for step in steps:
        text, error = pool.demo(files, figure_of(step))
        assert not error, step.name
        assert "<" in draw(json.loads(text))


def test_a_day_in_words():
    assert words(date(2026, 5, 3)) == "3 May 2026"
