"""The commands of `rung learn`, in the process of the test."""

import io
import json
import subprocess
import sys

import pytest
from rich.console import Console

from rung.cli import main
from rung.course import workspace

TRUE = "def double(x):\n    return x + x\n"


def solve(work, text=TRUE):
    (work.package / "core.py").write_text(text, encoding="utf-8")


# Beginning ---------------------------------------------------------------------------------------------------------


def test_without_a_workspace_it_says_how_to_begin(learn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "rung learn init" in learn()[1]
    status, said = learn("check")
    assert status == 1
    assert said.startswith("rung: there is no workspace in ")


def test_init_makes_a_workspace_and_refuses_to_make_it_again(learn, tmp_path, monkeypatch, course_folder):
    monkeypatch.chdir(tmp_path)
    status, said = learn("init", "climb", "--course", course_folder)
    assert status == 0
    made = workspace.load(tmp_path / "climb")
    assert "# TODO" in (made.package / "core.py").read_text(encoding="utf-8")
    assert (made.root / "playground").is_dir()
    status, said = learn("init", "climb", "--course", course_folder)
    assert status == 1
    assert "must be a new or empty folder" in said


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("class", "a word of Python itself"), ("match", "a word of Python"), ("numpy", "is taken by a package"),
        ("rung", "is taken"), ("random", "is taken"), ("my-torch", "must be letters"), ("2torch", "must be letters"),
        ("", "must be letters"), ("con", "a device on Windows"), ("pytest", "is taken"), ("../x", "must be letters"),
    ],
)  # fmt: skip
def test_names_that_would_do_harm_are_refused(learn, tmp_path, monkeypatch, name, why):
    monkeypatch.chdir(tmp_path)
    status, said = learn("init", name)
    assert status == 1
    assert why in said
    assert "such as mytorch" in said
    assert not list(tmp_path.iterdir())


def test_an_init_that_is_broken_off_leaves_nothing(tmp_path, course_folder, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(workspace.Workspace, "begin", stop)
    with pytest.raises(KeyboardInterrupt):
        workspace.make("climb", tmp_path / "climb", course_folder)
    assert not (tmp_path / "climb").exists()


def test_the_workspace_is_found_from_every_folder_in_it(work, monkeypatch):
    monkeypatch.chdir(work.root / "playground")
    assert workspace.find().root == work.root


def test_a_damaged_progress_is_said_and_can_be_made_anew(learn, work):
    solve(work)
    assert learn("check")[0] == 0
    record = work.own / "state.json"
    record.write_text(record.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    status, said = learn("list")
    assert status == 1
    assert "rung learn doctor --repair" in said
    assert learn("doctor", "--repair")[0] == 0
    assert sorted(workspace.find().progress.passed) == [1]
    assert workspace.find().name == "climb"


# On the way --------------------------------------------------------------------------------------------------------


def test_check_says_how_it_went_and_next_waits_for_it(learn, work):
    status, said = learn("check")
    assert status == 1
    assert "FAILED  test_double  Two times two is four" in said
    assert "look at: climb/core.py:1" in said
    assert said.splitlines()[-1] == "0 of 2 checks passed"
    assert "step 1 is not passed yet" in learn("next")[1]
    solve(work)
    status, said = learn("check")
    assert status == 0
    assert "Step 1 is passed." in said
    assert "step 2: A question" in learn("next")[1]
    assert [line.split()[1] for line in learn("list")[1].splitlines()[:3]] == ["passed", "open", "open"]


def test_check_counts_what_passed(learn, work):
    solve(work, "def double(x):\n    return x**2\n")
    assert learn("check")[1].splitlines()[-1] == "1 of 2 checks passed"
    solve(work)
    assert "2 of 2 checks passed" in learn("check")[1]
    work = workspace.find()
    work.begin(3)
    box = "class Box:\n    def __init__(self, data):\n        self.data, self.changes = data, 0\n\n"
    box += "    def put(self, data):\n        self.data, self.changes = data, self.changes + 1\n"
    solve(work, f"def double(x):\n    return 5\n\n\n{box}")
    assert learn("check")[1].splitlines()[-1] == "1 of 1 checks passed; 1 of earlier steps failed"


@pytest.mark.parametrize(
    ("core", "why"),
    [
        ("def double(x)\n    return 2\n", "climb/core.py:1: this is not Python yet: expected ':'"),
        ("x = 1\ny = exp(x)\n", "climb/core.py:2: NameError: name 'exp' is not defined"),
    ],
)
def test_where_no_check_could_run_it_is_said_why_in_one_sentence(learn, work, core, why):
    solve(work, core)
    said = learn("check")[1]
    assert said.splitlines()[-1] == f"no check could run: {why}"
    assert "0 of 0" not in said


def test_check_as_json_is_for_programs(learn, work):
    status, said = learn("check", "--json")
    record = json.loads(said)
    assert status == 1
    assert record["reports"][0]["results"][0]["outcome"] == "failed"
    assert json.loads(learn("list", "--json")[1])[0]["current"] is True


def test_hints_come_one_after_the_other_with_the_learners_name(learn, work):
    said = [learn("hint")[1] for _ in range(4)]
    assert "hint 1 of 3" in said[0]
    assert "Why?" in said[0]
    assert "Look at climb." in said[1]
    assert "hint 3 of 3" in said[2]
    assert said[3].startswith(said[2])
    assert "these are all the hints for test_double" in said[3]
    assert "rung learn diff" in said[3]
    assert "rung learn solution --give-up" in said[3]
    assert "has no hints for test_x; it has some for test_double" in learn("hint", "test_x")[1]


def test_the_solution_waits_until_the_step_is_passed(learn, work):
    assert "is for after passing it" in learn("solution")[1]
    assert "return 2 * x" in learn("solution", "--give-up")[1]
    assert workspace.find().progress.given_up == [1]
    solve(work)
    learn("check")
    assert "return 2 * x" in learn("solution")[1]
    said = learn("diff")[1]
    assert "-     return x + x" in said
    assert "+     return 2 * x" in said


def test_diff_before_passing_shows_the_learners_own_changes_alone(learn, work):
    assert "nothing has changed" in learn("diff")[1]
    solve(work)
    said = learn("diff")[1]
    assert "+     return x + x" in said
    assert "2 * x" not in said


def test_demo_runs_on_the_learners_code_and_says_how_to_copy_it(work, capfd):
    solve(work, "def double(x):\n    return 'mine'\n")
    assert main(["learn", "demo"]) == 0
    said = capfd.readouterr().out.splitlines()
    assert said == ["mine", "to change it and try:  rung learn demo --copy"]


@pytest.mark.parametrize(
    ("core", "said"),
    [
        ("def double(x):\n    return y\n", "NameError: name 'y' is not defined\n  look at climb/core.py:2  double\n"),
        ("", "climb has no double yet\n"),
        ("def double(x)\n", "this is not Python yet: expected ':'\n  look at climb/core.py:1\n"),
    ],
)
def test_a_demo_that_fails_says_why_in_one_sentence(work, capfd, core, said):
    solve(work, core)
    assert main(["learn", "demo"]) == 1
    out, err = capfd.readouterr()
    assert err.startswith(f"rung: the demo fails on your framework: {said}")
    assert "Traceback" not in err
    assert "rung learn check" in out


def test_a_demo_is_copied_with_the_learners_name_and_never_over_a_file(learn, work):
    solve(work)
    status, said = learn("demo", "--copy")
    assert status == 0
    assert "python -m playground.01_double" in said
    copied = work.root / "playground" / "01_double.py"
    assert copied.read_text(encoding="utf-8") == "from climb import double\n\nprint(double(21))\n"
    run = subprocess.run(
        [sys.executable, "-m", "playground.01_double"], cwd=work.root, capture_output=True, text=True
    )
    assert run.stdout == "42\n"
    assert "01_double.py" in learn("demo", "--copy")[1]
    copied.write_text("mine = 1\n", encoding="utf-8")
    assert "written: playground/01_double_2.py" in learn("demo", "1", "--copy")[1]
    assert copied.read_text(encoding="utf-8") == "mine = 1\n"
    assert "step 2 has no demo" in learn("demo", "2", "--copy")[1]


def test_show_has_the_learners_name_and_works_before_there_is_a_workspace(learn, work, tmp_path, monkeypatch):
    assert "from climb import double" in learn("show")[1]
    assert "42" in learn("show", "1")[1]
    monkeypatch.chdir(tmp_path)
    assert learn("show", "1")[1].startswith("# ")


def test_export_writes_a_notebook_and_never_over_another(learn, work):
    assert "01-double.ipynb" in learn("export", 1)[1]
    assert "01-double-2.ipynb" in learn("export", "notebook")[1]
    notebook = json.loads((work.root / "notebooks" / "01-double.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code[1] == "from climb import double\n\nprint(double(21))"
    assert notebook["cells"][2 if code else 0]["id"]


def test_export_knows_its_forms(learn, work):
    assert "03-box.ipynb" in learn("export", "notebook", 3)[1]
    status, said = learn("export", "film", 3)
    assert status == 1
    assert "export writes a step in a form (notebook), as in rung learn export notebook 18, but got film 3" in said
    assert "the course has steps 1 to 3, but not 18" in learn("export", 18)[1]


# Going back --------------------------------------------------------------------------------------------------------


def test_reset_goes_back_to_the_learners_own_beginning_and_keeps_a_copy(learn, work):
    solve(work, TRUE + "\n\nextra = 1\n")
    learn("check")
    learn("next")
    solve(work, "ruined\n")
    assert "Say so by --yes" in learn("reset")[1]
    status, said = learn("reset", "--yes")
    assert status == 0
    assert "extra = 1" in (work.package / "core.py").read_text(encoding="utf-8")
    backup = work.root / said.split("your work as it was: ")[1].strip()
    assert (backup / "climb" / "core.py").read_text(encoding="utf-8") == "ruined\n"


def test_reset_of_one_file_leaves_the_others(learn, work):
    (work.package / "__init__.py").write_text("from .core import *\nmine = 1\n", encoding="utf-8")
    solve(work, "ruined\n")
    assert learn("reset", "1", "core.py", "--yes")[0] == 0
    assert "mine" in (work.package / "__init__.py").read_text(encoding="utf-8")
    assert "# TODO" in (work.package / "core.py").read_text(encoding="utf-8")
    assert "had no file other.py" in learn("reset", "1", "other.py", "--yes")[1]


def test_goto_enters_at_any_step_and_keeps_a_copy(learn, work):
    solve(work, "mine = 1\n")
    assert learn("goto", 3, "--yes")[0] == 0
    assert "return 2 * x" in (work.package / "core.py").read_text(encoding="utf-8")
    assert workspace.find().progress.current == 3
    assert any("mine" in path.read_text(encoding="utf-8") for path in (work.own / "backups").rglob("core.py"))
    assert "the course has steps 1 to 3, but not 9" in learn("goto", 9, "--yes")[1]


def test_a_starter_changes_nothing_that_the_learner_wrote(work):
    text = "# mine\ndef double(x):  # all\n    return 7\n"
    solve(work, text)
    work.begin(1)
    assert (work.package / "core.py").read_text(encoding="utf-8") == text


def test_a_step_whose_files_are_not_python_cannot_be_begun(work):
    solve(work, "def double(x)\n")
    with pytest.raises(workspace.ValueRangeError, match="when its files are Python"):
        work.begin(1)
    assert (work.package / "core.py").read_text(encoding="utf-8") == "def double(x)\n"


# Care --------------------------------------------------------------------------------------------------------------


def test_update_checks_again_what_asks_for_something_else(learn, work, course_folder):
    solve(work)
    learn("check")
    assert "nothing that you have passed has changed" in learn("update")[1]
    lesson = course_folder / "steps" / "01-double" / "lesson.en.md"
    lesson.write_text(lesson.read_text(encoding="utf-8") + "More.", encoding="utf-8")
    status, said = learn("update")
    assert status == 0
    assert "says something else now" in said
    check = course_folder / "steps" / "01-double" / "check.py"
    check.write_text(check.read_text(encoding="utf-8").replace("double(2), 4", "double(2), 5"), encoding="utf-8")
    assert "1 passed steps have changed since" in learn("doctor")[1]
    status, said = learn("update")
    assert status == 1
    assert "it is open again" in said
    assert workspace.find().progress.passed == {}


def test_doctor_finds_what_is_wrong(learn, work):
    assert learn("doctor")[0] == 0
    solve(work, "def\n")
    status, said = learn("doctor")
    assert status == 1
    assert "climb/core.py" in said.replace("\\", "/")


def test_check_all_checks_every_passed_step(learn, work):
    solve(work)
    learn("check")
    learn("next")
    assert "passed  1  Twice" in learn("check", "--all")[1]
    solve(work, "def double(x):\n    return x\n")
    status, said = learn("check", "--all")
    assert status == 1
    assert "FAILED  1  Twice" in said


def test_a_step_whose_checks_do_not_hold_any_longer_counts_as_it_did(learn, work, course_folder):
    table = course_folder / "course.toml"
    table.write_text(table.read_text(encoding="utf-8").replace("test_small = 2", "test_small = 1, test_double = 1"))
    solve(work)
    learn("check")
    work = workspace.find()
    work.progress.current = work.progress.level = 3
    work.save()
    solve(work, "ruined = 1\n")
    assert learn("check", 1)[0] == 0
    assert "passed  1  Twice" in learn("check", "--all")[1]


def test_a_step_ahead_is_entered_by_goto_not_by_reset(learn, work):
    assert "step 3 is ahead of you" in learn("reset", 3, "--yes")[1]


def test_git_keeps_a_commit_for_each_passed_step(learn, work, tmp_path, monkeypatch, course_folder):
    from rung.course import git

    if not git.available():
        pytest.skip("no git")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    learn("init", "rope", "--course", course_folder, "--git")
    made = workspace.load(tmp_path / "rope")
    monkeypatch.chdir(made.root)
    solve(made)
    assert learn("check")[0] == 0
    log = subprocess.run(["git", "log", "--format=%s"], capture_output=True, text=True, cwd=made.root)
    assert log.stdout.splitlines() == ["Step 1: Twice", "An empty framework"]


# The terminal ------------------------------------------------------------------------------------------------------


def test_in_a_terminal_there_is_a_ladder_and_no_line_is_too_long(work):
    from rung.course import judging
    from rung.course.screen import THEME, Screen

    console = Console(theme=THEME, force_terminal=True, width=60, record=True, highlight=False, file=io.StringIO())
    screen = Screen(console)
    screen.header(work, work.step)
    judging.check_step(work, work.step, screen, watching=True)
    text = console.export_text()
    assert text.count("╥┬┬") == 1
    assert "✗ Two times two is four" in text
    assert max(map(len, text.splitlines())) <= 60


def test_a_passed_step_does_not_draw_the_ladder_again(work):
    from rung.course import judging
    from rung.course.screen import THEME, Screen

    solve(work)
    console = Console(theme=THEME, force_terminal=True, width=80, record=True, file=io.StringIO())
    screen = Screen(console)
    screen.header(work, work.step)
    judging.check_step(work, work.step, screen, watching=True)
    text = console.export_text()
    assert text.count("┴┴") == 1
    assert "Step 1 is passed.   1 of 4" in text


def test_the_ladder_counts_its_rungs_and_what_is_above_it(course, work, learn):
    from rung.course.screen import THEME, Screen

    work.course, console = (
        course,
        Console(theme=THEME, force_terminal=True, width=80, record=True, file=io.StringIO()),
    )
    work.progress.passed = {number: {} for number in range(1, course.last + 1)}
    work.progress.current = course.last
    Screen(console).header(work, work.step)
    rows = [line.split() for line in console.export_text().splitlines() if "┬┬" in line or "┴┴" in line]
    assert [len(part) for part in rows[1]][:6] == [10, 14, 12, 15, 9, 2]
    assert rows[0][6:] == ["2", "above"]
    assert rows[1][6:] == ["60", "of", "60"]
    assert course.extent == "60 steps, and 2 above"
    assert "course of 3 steps; passed: 0 of 4; at step 1" in learn("doctor")[1]
    assert "sixty" not in help_of("learn")


def help_of(*arguments):
    run = subprocess.run([sys.executable, "-m", "rung", *arguments, "--help"], capture_output=True, text=True)
    return run.stdout
