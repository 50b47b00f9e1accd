"""The proof at the top, part three: nothing that both packages have is forgotten, and what is left out is listed."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import rung
from rung.course.table import Course

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
PAGE = (ROOT / "docs" / "top.md").read_text(encoding="utf-8")
OTHER = PAGE.partition("## The same name for another thing")[2]
MODULES = {  # of the learner, and where Rung has the same names
    "": "", "core": "", "functions": "functions", "functions_conv": "functions", "layers": "layers",
    "models": "models", "optimizers": "optimizers", "datasets": "datasets", "dataloaders": "dataloaders",
    "transforms": "transforms", "utils": "utils", "random": "random",
}  # fmt: skip


def module(package, name):
    return importlib.import_module(f"{package}.{name}" if name else package)


def own(package, name):
    """The classes and functions of a module that its package has defined."""
    return {
        key for key, value in vars(module(package, name)).items()
        if (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith(package) and not key.startswith("_")
    }  # fmt: skip


def attributes(fw):
    return {name for name in vars(fw.Variable) if not name.startswith("_")}


def shared(fw):
    """What both packages call the same: functions, classes, and attributes of a Variable."""
    names = {name for name in attributes(fw) if hasattr(rung.Variable, name)}
    for theirs, ours in MODULES.items():
        names |= {name for name in own(fw.__name__, theirs) if hasattr(module("rung", ours), name)}
    return names


@pytest.mark.parametrize("number", [60, 62])
def test_every_name_that_both_have_is_tested_or_listed(ladder, number):
    tests = "".join((HERE / f"test_top_{part}.py").read_text(encoding="utf-8") for part in ("functions", "networks"))
    names = shared(ladder(number))
    assert len(names) > 60
    there = tests + OTHER
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", there)) == []


def test_every_function_of_the_learners_is_among_the_tests(climbed):
    """Also those that are classes in one package alone: each is reached by the function of its name."""
    known = (HERE / "test_top_functions.py").read_text(encoding="utf-8")
    functions = {
        name for part in ("functions", "functions_conv") for name in own(climbed.__name__, part)
        if name[0].islower() and module(climbed.__name__, part).__dict__[name].__module__.endswith(part)
    }  # fmt: skip
    assert sorted(name for name in functions - {"windows"} if not re.search(rf"\b{name}\b", known)) == []


def paths(text):
    return re.findall(r"`((?:rung|tests|docs)/[\w/.]*)`", text)


def lesson():
    return Course().step(60).localized("lesson", "md", "en").read_text(encoding="utf-8")


def rows(text, heading):
    """The first two cells of each row of the table below a heading."""
    table = text.partition(heading)[2].partition("\n## ")[0]
    return [
        tuple(cell.strip() for cell in line.split("|")[1:3]) for line in table.splitlines() if line.startswith("| ")
    ]


@pytest.mark.parametrize("text", [PAGE, lesson()], ids=["page", "lesson"])
def test_every_file_that_is_named_is_there(text):
    assert len(paths(text)) > 10
    assert [path for path in paths(text) if not (ROOT / path).exists()] == []


def test_the_lesson_and_the_page_have_one_list():
    listed = rows(lesson(), "## How far does it carry?")
    assert len(listed) > 10
    assert listed == rows(PAGE, "## What is left out, and where to read it")


def test_every_other_test_of_the_core_is_on_the_page():
    others = [path.name for path in HERE.glob("test_*.py") if not path.name.startswith("test_top_")]
    assert [name for name in others if f"`tests/core/{name}`" not in PAGE] == []
