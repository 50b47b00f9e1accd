"""What a check says of a learner's code, and that it is the learner's code of which it says so."""

import json
import shutil

import pytest

from rung.course import checking, doubles, process, state, testing

TRUE = "def double(x):\n    return x + x\n"


def checked(work, core, **options):
    (work.package / "core.py").write_text(core, encoding="utf-8")
    return checking.check(work, work.step, **options)


def test_what_is_right_passes(work):
    report = checked(work, TRUE)
    assert report.passed
    assert [(r.id, r.title, r.outcome) for r in report.results] == [
        ("test_double", "Two times two is four", "passed"),
        ("test_small", "small", "passed"),
    ]


def test_a_failure_says_what_was_expected_what_came_and_where_to_look(work):
    failure = checked(work, "import math\n\n\ndef double(x):\n    print('here')\n    return x**2\n").failure
    assert (failure.id, failure.expected, failure.came) == ("test_small", "1.0", "0.25")
    assert (failure.file, failure.line, failure.name) == ("climb/core.py", 4, "double")
    assert failure.output == "here\n"


def test_an_error_sends_to_the_line_that_raised_it(work):
    failure = checked(work, "def double(x):\n    return x + y\n").failure
    assert failure.sentence == "NameError: name 'y' is not defined"
    assert (failure.file, failure.line, failure.source) == ("climb/core.py", 2, "return x + y")


def test_what_is_not_written_yet_is_named(work):
    report = checked(work, "")
    assert report.failure.sentence == "climb has no double yet"
    assert report.failure.file == "climb/core.py"
    work.begin(3)
    assert checked(work, "").failure.sentence == "climb has no Box yet"


def test_of_a_name_that_is_missing_the_file_is_told_and_no_other_definition(work):
    work.begin(3)
    check = work.step.check.read_text(encoding="utf-8")
    work.step.check.write_text(check.replace("import Box", "import Box, double"), encoding="utf-8")
    failure = checked(work, "class Box:\n    pass\n").failure
    assert failure.sentence == "climb has no double yet"
    assert (failure.file, failure.line, failure.name) == ("climb/core.py", 0, "")


@pytest.mark.parametrize(
    ("core", "sentence", "line"),
    [
        ("def double(x)\n    return 2\n", "this is not Python yet: expected ':'", 1),
        ("x = 1\n1 / 0\n", "ZeroDivisionError: division by zero", 2),
        ("import sys\nsys.exit()\n", "SystemExit: your code ends Python itself", 2),
        ("from rung.core import Variable\n", "rung.core is not there in a check: the step is to be written", 1),
        ("import rung\ndouble = rung.functions.add\n", "rung.functions is not there in a check", 2),
    ],
)
def test_a_package_that_cannot_be_imported_is_no_pass(work, core, sentence, line):
    report = checked(work, core)
    assert not report.passed
    assert not report.results
    assert sentence in report.problem.sentence
    assert (report.problem.file, report.problem.line) == ("climb/core.py", line)


def test_a_loop_that_never_ends_is_stopped_and_found(work, monkeypatch):
    object.__setattr__(work.step, "seconds", 1.0)
    failure = checked(work, "def double(x):\n    while True:\n        pass\n").failure
    assert failure.id == "test_double"
    assert "did not end within 1 s" in failure.sentence
    assert (failure.file, failure.name) == ("climb/core.py", "double")
    assert failure.line in (2, 3)


def test_a_process_that_dies_is_no_pass(work):
    report = checked(work, "import os\n\n\ndef double(x):\n    os._exit(0)\n")
    assert report.failure.id == "test_double"
    assert "Python itself ended" in report.failure.sentence
    assert [(r.id, r.outcome) for r in report.results] == [("test_double", "failed"), ("test_small", "not run")]


def test_no_check_at_all_is_no_pass(work):
    work.step.check.write_text("import myrung\n", encoding="utf-8")
    report = checked(work, TRUE)
    assert not report.passed
    assert "no check was found" in report.problem.sentence


def test_the_package_is_imported_even_if_no_check_imports_it(work):
    work.step.check.write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    (work.package / "core.py").write_text(TRUE, encoding="utf-8")
    assert checking.check(work, work.step).passed


def test_a_package_of_the_same_name_elsewhere_is_not_taken(work, tmp_path, monkeypatch):
    other = tmp_path / "elsewhere" / "climb"
    shutil.copytree(work.package, other)
    (other / "core.py").write_text(TRUE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(other.parent))
    assert not checked(work, "").passed


def test_code_that_sits_elsewhere_is_found_out(work, tmp_path):
    (tmp_path / "elsewhere.py").write_text(TRUE, encoding="utf-8")
    core = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('climb.more', {str(tmp_path / 'elsewhere.py')!r})\n"
        "more = importlib.util.module_from_spec(spec)\nsys.modules['climb.more'] = more\n"
        "spec.loader.exec_module(more)\ndouble = more.double\n"
    )
    report = checked(work, core)
    assert not report.passed
    assert "which is not in your workspace" in report.problem.sentence


def test_a_stale_cache_is_not_what_is_checked(work):
    assert checked(work, TRUE).passed
    import os
    import py_compile

    path = work.package / "core.py"
    py_compile.compile(str(path))
    status = path.stat()
    path.write_text("def double(x):\n    return x - x\n", encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not checking.check(work, work.step).passed


def test_earlier_steps_are_checked_again_once_the_own_checks_pass(work):
    assert checked(work, TRUE).passed
    work.pass_step(1)
    work.begin(3)
    box = "\n\nclass Box:\n    def __init__(self, data):\n        self.data, self.changes = data, 0\n\n"
    box += "    def put(self, data):\n        self.data = data\n        self.changes += 1\n"
    report = checked(work, TRUE + box)
    assert report.passed
    assert [(r.step, r.id) for r in report.results] == [
        (3, "test_put"),
        (1, "test_double"),
    ]
    report = checked(work, "def double(x):\n    return 5\n" + box)
    assert not report.passed
    assert (report.failure.step, report.failure.id) == (1, "test_double")


@pytest.mark.parametrize("line", ["expect('myrung.double(2)', 3, 4)", "assert False, 'myrung.double(2) is 3'"])
def test_a_sentence_calls_the_package_by_the_learners_name(work, line):
    text = f"import myrung\nfrom rung.course.testing import expect\n\n\ndef test_name():\n    {line}\n"
    work.step.check.write_text(text, encoding="utf-8")
    assert checked(work, TRUE).failure.sentence.startswith("climb.double(2)")


def test_a_plain_assert_says_what_does_not_hold(work):
    work.begin(3)
    core = "class Box:\n    def __init__(self, data):\n        self.data = data\n        self.changes = 0\n\n"
    core += "    def put(self, data):\n"
    failure = checked(work, core + "        self.data = data\n        self.changes = 1\n").failure
    assert failure.sentence == "this should hold, and does not: 1 == 2"
    failure = checked(work, core.replace("= 0", "= 7") + "        pass\n").failure
    assert failure.sentence == "a new box has not changed"


def test_the_last_report_is_kept_for_hints_and_editors(work):
    report = checked(work, "")
    assert checking.last_report(work) == report
    record = json.loads((work.own / "last.json").read_text(encoding="utf-8"))
    assert record["format"] == "rung-check"
    assert record["reports"][0]["passed"] is False


def test_prints_do_not_disturb_the_report(work):
    assert checked(work, 'print(\'{"event": "end"}\')\n' + TRUE).passed


def test_the_learners_own_pytest_settings_are_not_taken(work):
    (work.root / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    (work.root / "conftest.py").write_text("raise SystemExit\n", encoding="utf-8")
    assert checked(work, TRUE).passed


def test_a_name_that_is_defined_twice_is_told_of_and_the_one_that_lives_is_looked_at(work):
    stub = "class Box:\n    pass\n\n\ndef double(x):\n    pass\n\n\n"
    report = checked(work, stub + "class Box:\n    def put(self):\n        pass\n\n\ndef double(x):\n    return x\n")
    assert [note.partition(":")[0] for note in report.notes] == [
        "core.py defines `Box` twice, at lines 1 and 9",
        "core.py defines `double` twice, at lines 5 and 14",
    ]
    assert "Python keeps the one at line 9 alone" in report.notes[0]
    assert (report.failure.line, report.failure.name) == (14, "double")
    assert checking.last_report(work).notes == report.notes


def test_of_two_classes_the_one_that_lives_is_looked_at(work):
    check = "import myrung\nfrom rung.course.testing import expect\n\n\n"
    check += "def test_a():\n    expect('a', 1, 2, myrung.A.B)\n"
    work.step.check.write_text(check, encoding="utf-8")
    inner = "class A:\n    class B:\n        pass\n\n\n"
    failure = checked(work, inner * 2).failure
    assert (failure.line, failure.name) == (7, "A.B")


@pytest.mark.parametrize(
    "core",
    [
        "try:\n    def f(): ...\nexcept ImportError:\n    def f(): ...\n",
        "class A:\n    @property\n    def x(self): ...\n\n    @x.setter\n    def x(self, value): ...\n",
        "@overload\ndef f(x: int): ...\n@overload\ndef f(x: str): ...\ndef f(x): ...\n",
        "class A:\n    def f(self): ...\n\n\nclass B:\n    def f(self): ...\n\n\ndef f(): ...\n",
        "def f(:",
    ],
)
def test_what_shares_a_name_on_purpose_is_not_told_of(core):
    assert doubles.warnings({"core.py": core}) == []


def test_the_course_itself_defines_nothing_twice(course):
    for number in range(1, course.last + 1, 7):
        assert doubles.warnings(state.state(course, number)) == []


@pytest.mark.parametrize(("expected", "words"), [(None, "None"), (True, "True"), ([1], "the very object [1]")])
def test_none_and_truth_are_expected_by_their_names(expected, words):
    with pytest.raises(testing.Unmet) as caught:
        testing.expect_same("y.creator", 3, expected)
    assert caught.value.expected == words


def test_step_18_sends_to_the_switch_that_was_not_turned_or_to_what_should_ask_it(course, pool):
    done = state.state(course, 18)
    unturned = done["core.py"].replace("setattr(config, name, value)", "pass")
    unasked = done["core.py"].replace("if config.enable_backprop:", "if True:")
    places = []
    for core in (unturned, unasked):
        report = pool.check({**done, "core.py": core}, [18], [], 18)
        places.append(next(r.name for r in report.results if r.id == "test_no_grad_records_nothing"))
    assert places == ["using_config", "Function.__call__"]


def test_checks_and_gates_do_not_see_the_data_of_whoever_runs_them(monkeypatch):
    monkeypatch.setenv("RUNG_DATA", "somewhere")
    assert "RUNG_DATA" not in process.environment()
