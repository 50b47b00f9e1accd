"""A simulated learner goes through the real commands, from `init` to the last step that there is.

With mistakes, hints, a broken file, Ctrl-C, resets, a jump, and a new version of the course in the middle.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rung.course import backups, quiz, workspace
from rung.course.inside.learner import called
from rung.course.state import state, wrong, wrong_answers
from rung.course.table import Course

NAME = "ropewalk"
RUNG = [sys.executable, "-m", "rung", "learn"]


class Learner:
    """Runs commands in a workspace, and writes into the package."""

    def __init__(self, folder, course):
        self.folder, self.course = folder, course

    def run(self, *arguments, status=0):
        """Run a command, which must end with this status; return what it said."""
        run = subprocess.run(
            [*RUNG, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        assert run.returncode == status, f"{arguments}: {run.returncode}\n{run.stdout}{run.stderr}"
        assert "Traceback" not in run.stderr
        return run.stdout + run.stderr

    def write(self, files):
        """Make the package consist of these files."""
        backups.put({file: called(text, NAME) for file, text in files.items()}, self.folder / NAME)

    def progress(self):
        return json.loads((self.folder / ".course" / "state.json").read_text(encoding="utf-8"))

    def solve(self, step):
        """Do a step, by its solution and the right answers, and go on."""
        self.write(state(self.course, step.id))
        answers = []
        if step.has_quiz:
            work = workspace.load(self.folder)
            drawn = quiz.questions(step, work.progress.answered.get(step.id, {}).get("seed", work.progress.seed))
            answers = ["--answers", *[f"={question.answer}".lstrip("=") for question in drawn]]
            answers = [
                f" {answer}" if answer.startswith("-") and answer[1:2].isdigit() else answer for answer in answers
            ]
        said = self.run("check", *answers)
        assert f"Step {step.id} is passed." in said


@pytest.fixture
def learner(tmp_path_factory):
    """A learner with a copy of the course, so that a new version can come in the middle."""
    folder = tmp_path_factory.mktemp("learner")
    original = Course()
    shutil.copytree(
        original.root / "steps", folder / "course" / "steps", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(original.root / "course.toml", folder / "course")
    begun = Learner(folder, Course(folder / "course"))
    assert "is empty" in begun.run("init", NAME, "--course", folder / "course")
    begun.folder = folder / NAME
    return begun


MIDDLE = 32  # where a second learner enters, so that both can climb at the same time


def test_from_init_to_the_middle(learner):
    climb(learner, range(1, MIDDLE))
    assert sorted(map(int, learner.progress()["passed"])) == list(range(1, MIDDLE))
    assert len(json.loads(learner.run("check", "--all", "--json"))["reports"]) == MIDDLE - 1
    the_way_back(learner)


def test_from_the_middle_to_the_top(learner):
    learner.run("goto", MIDDLE, "--yes")
    climb(learner, range(MIDDLE, learner.course.last + 1))
    assert "at the top" in learner.run("next")
    assert set(range(MIDDLE, learner.course.last + 1)) <= set(map(int, learner.progress()["passed"]))


def climb(learner, numbers):
    """Do some steps, one after the other, with what happens on the way."""
    for step in map(learner.course.step, numbers):
        make_mistakes(learner, step)
        learner.solve(step)
        if step.id == 3:
            a_new_version_comes(learner)
        if step.id < numbers[-1]:
            assert f"step {step.id + 1}: " in learner.run("next")


def make_mistakes(learner, step):
    """At some steps, whatever people do."""
    if step.id == 1:
        assert "0 of 4 checks passed" in learner.run("check", status=1)
        assert "hint 1 of 3" in learner.run("hint")
        assert "is for after passing it" in learner.run("solution", status=1)
        assert "is not passed yet" in learner.run("next", status=1)
        a_broken_file(learner)
        a_break_in_the_middle(learner)
    if step.id % 4 == 2:
        for name, path in list(wrong_answers(step).items())[:1]:
            files, check = wrong(learner.course, step, path)
            learner.write(files)
            report = json.loads(learner.run("check", "--json", status=1))["reports"][0]
            failed = [result["id"] for result in report["results"] if result["outcome"] == "failed"]
            assert check in failed, name
            assert "hint 1 of" in learner.run("hint")


def a_broken_file(learner):
    core = learner.folder / NAME / "core.py"
    kept = core.read_text(encoding="utf-8")
    core.write_text("class Variable\n", encoding="utf-8")
    assert "this is not Python yet" in learner.run("check", status=1)
    assert "Say so by --yes" in learner.run("reset", status=1)
    said = learner.run("reset", "--yes")
    assert core.read_text(encoding="utf-8") == kept
    backup = learner.folder / said.split("your work as it was: ")[1].strip()
    assert (backup / NAME / "core.py").read_text(encoding="utf-8") == "class Variable\n"


def a_break_in_the_middle(learner):
    """Ctrl-C while a check runs: all is as it was."""
    if os.name == "nt":
        return
    core = learner.folder / NAME / "core.py"
    kept = core.read_text(encoding="utf-8")
    core.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    before = learner.progress()
    running = subprocess.Popen([*RUNG, "check"], cwd=learner.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.readline()
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=30)
    assert running.returncode == 130, said
    assert learner.progress() == before
    core.write_text(kept, encoding="utf-8")


def a_new_version_comes(learner):
    """Step 1 says something else now, and step 2 asks for more."""
    assert "nothing that you have passed has changed" in learner.run("update")
    steps = Path(learner.course.root) / "steps"
    lesson = next(steps.glob("01-*/lesson.en.md"))
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    check = next(steps.glob("02-*/check.py"))
    kept = check.read_text(encoding="utf-8")
    check.write_text(kept + "\n\ndef test_more():\n    assert myrung.core.more == 1\n", encoding="utf-8")
    said = learner.run("update", status=1)
    assert "rung learn show 1" in said
    assert "it is open again" in said
    assert "2" not in learner.progress()["passed"]
    check.write_text(kept, encoding="utf-8")
    learner.run("check", 2)
    assert "2" in learner.progress()["passed"]


def the_way_back(learner):
    """At the end: compare, jump back, and come back from the copy."""
    final = backups.read(learner.folder / NAME)
    said = learner.run("goto", 2, "--yes")
    assert learner.progress()["current"] == 2
    assert backups.read(learner.folder / NAME) != final
    backup = learner.folder / said.split("your work as it was: ")[1].strip().splitlines()[0]
    assert backups.read(backup / NAME) == final
    assert "FAILED" in learner.run("check", status=1)
