"""`rung learn`: the course. This is its parser; what its commands do stands in `rung.course`."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any


def add_command(commands: Any) -> None:
    """Tell the parser about `rung learn` and its commands."""
    parser = commands.add_parser(
        "learn",
        help="write a framework of your own, step by step",
        description="Write a deep learning framework of your own, from an empty file, step by step.",
    )
    parser.set_defaults(run=_run("commands", "where"))
    learn = parser.add_subparsers(metavar="COMMAND", title="commands")
    for add in (_beginning, _working, _helping, _moving, _caring):
        add(learn)


def _beginning(learn: Any) -> None:
    init = _command(learn, "init", "make a workspace for a framework of this name", "commands", "init")
    init.add_argument("name", help="the name of your framework, such as mytorch")
    init.add_argument("--folder", type=Path, help="where the workspace goes (default: a folder of that name)")
    init.add_argument(
        "--lang", default="en", help="language of the lessons, where there is a translation (default: en)"
    )
    init.add_argument("--git", action="store_true", help="keep a git repository, with a commit for each passed step")
    init.add_argument("--course", type=Path, help="another course of the same form (default: Rung's own)")
    listing = _command(learn, "list", "show all steps, and which are passed", "commands", "list_steps")
    listing.add_argument("--json", action="store_true", help="for other programs")
    _step(_command(learn, "show", "show the lesson of a step", "commands", "show"))
    _command(learn, "next", "go on to the next step", "commands", "next_step")


def _working(learn: Any) -> None:
    _command(learn, "watch", "check again whenever you save", "watch", "watch")
    check = _command(learn, "check", "check a step", "judging", "check")
    _step(check)
    check.add_argument("--all", action="store_true", help="the current step and all that are passed")
    check.add_argument("--json", action="store_true", help="for editors and other programs")
    check.add_argument("--answers", nargs="+", metavar="ANSWER", help="to the open questions, in their order")
    check.add_argument("--new", action="store_true", help="give the open questions other numbers")
    demo = _command(learn, "demo", "run what the step has to see", "helping", "demo")
    _step(demo)
    demo.add_argument("--copy", action="store_true", help="put it into playground/, to change it and run it")
    graph = _command(learn, "graph", "play the step's graph, made of your own objects", "graphing", "graph")
    _step(graph)
    graph.add_argument("--out", type=Path, help="write it to a file (.html, .svg, .png, .json) instead of opening it")


def _helping(learn: Any) -> None:
    hint = _command(learn, "hint", "give the next hint for the check or question that failed", "helping", "hint")
    hint.add_argument("check", nargs="?", help="of another check, or a question such as question_2")
    diff = _command(
        learn, "diff", "compare your code with the solution's, or with what the step began with", "helping", "diff"
    )
    _step(diff)
    diff.add_argument("--since", action="store_true", help="what you have changed since the step began")
    diff.add_argument("--course", action="store_true", help="what the step itself changes")
    diff.add_argument("--give-up", action="store_true", help="compare with the solution before the step is passed")
    solution = _command(learn, "solution", "show the solution of a step that is passed", "helping", "solution")
    _step(solution)
    solution.add_argument("--give-up", action="store_true", help="also if it is not passed")


def _moving(learn: Any) -> None:
    reset = _command(learn, "reset", "begin a step again; your work is kept in a backup", "moving", "reset")
    _step(reset)
    reset.add_argument("file", nargs="?", help="one file of your framework (default: all)")
    reset.add_argument("--course", action="store_true", help="from the course's own code, not from yours")
    _yes(reset)
    goto = _command(learn, "goto", "enter the course at any step, on the course's own code", "moving", "goto")
    goto.add_argument("step", type=int, metavar="N", help="the number of the step")
    _yes(goto)


def _caring(learn: Any) -> None:
    doctor = _command(
        learn, "doctor", "look whether all is well, and say what to do if it is not", "doctor", "doctor"
    )
    doctor.add_argument("--repair", action="store_true", help="write the progress anew from what is there")
    _command(learn, "update", "after a new version of Rung: which passed steps have changed", "moving", "update")
    export = _command(learn, "export", "write a step as a notebook", "moving", "export")
    export.usage = "rung learn export [notebook] [N]"
    export.add_argument("what", nargs="*", metavar="notebook", help="the form, and the number of a step")
    summit = _command(
        learn, "summit", "at the top: a page of what you have built, and how", "summit.command", "summit"
    )
    summit.add_argument("--out", type=Path, help="write it to this file instead of opening it")


def _command(learn: Any, name: str, about: str, module: str, function: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = learn.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + "."
    )
    parser.set_defaults(run=_run(module, function))
    return parser


def _step(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "step", nargs="?", type=int, metavar="N", help="the number of a step (default: the current one)"
    )


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask first")


def _run(module: str, function: str) -> Any:
    """The function of `rung.course` that a command calls; it is imported then, so that other commands stay quick."""

    def run(options: argparse.Namespace) -> int:
        return int(getattr(import_module(f"rung.course.{module}"), function)(options))

    return run
