"""The gates that every step passes. All of them, with every mutant: ``python -m rung.course.gates --full``.

Each gate gives its complaints, in sentences. The tests in `tests/course` run the same gates, with some mutants.
"""

from __future__ import annotations

import argparse
import builtins
import keyword
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from rung.course import hints, lesson, quiz
from rung.course.checking import Report
from rung.course.mutants import equivalents, every_mutant, mutants
from rung.course.pool import Pool
from rung.course.state import starter, state, texts, wrong, wrong_answers
from rung.course.table import Course, Step

PUBLISH = "python -m rung.course.publishing writes it anew"
WORDS = (400, 1200)  # of a lesson
SAMPLE = 3  # mutants of each step, and steps before it, that are tried where not all are
MUTANT_LIMIT = 3.0  # seconds; a mutant that loops for ever is caught by the clock
REAL = re.compile(r"^#+ .*(real|PyTorch|JAX|elsewhere|other frameworks).*$", re.IGNORECASE | re.MULTILINE)
Complaints = list[str]
T = TypeVar("T")


def passes(course: Course, pool: Pool, number: int, count: int | None = None, seed: int = 0) -> Complaints:
    """State N passes every check that holds for it, and no check is left out that would pass.

    Checks of all steps before it, or of some that the seed decides; the last state is always tried by all.
    """
    before = [n for n in range(1, number) if course.step(n).has_check]
    if number != course.last:
        before = sorted(chosen(f"{seed} {number}", before, count))
    own = before + ([number] if course.step(number).has_check else [])
    if not own:
        return []
    report = pool.check(state(course, number), own, [], number, everything=True)
    if report.problem:
        return [f"state {number}: {report.problem.sentence}"]
    failures = {(r.step, r.id): r.sentence for r in report.results if r.outcome != "passed"}
    ran = {(r.step, r.id) for r in report.results}
    return [complaint for n in own for test in course.step(n).tests
            if (complaint := _held(course.step(n), test, number, ran, failures))]  # fmt: skip


def chosen(seed: str, items: list[T], count: int | None) -> list[T]:
    """Some of the items that a seed decides, or all of them."""
    return items if count is None or len(items) <= count else random.Random(seed).sample(items, count)


def _held(step: Step, test: str, number: int, ran: set[tuple[int, str]], failures: dict[tuple[int, str], str]) -> str:
    """What is wrong with how a check went on a state, as the table has it; nothing in most cases."""
    key, holds = (step.id, test), step.holds(test, number)
    if key not in ran:
        return f"state {number} did not run {test} of step {step.id}"
    if holds and key in failures:
        return f"state {number} fails {test} of step {step.id}: {failures[key]}"
    if not holds and key not in failures:
        return f"state {number} passes {test} of step {step.id}, which is said not to hold for it"
    return ""


def unsolved(course: Course, pool: Pool, number: int) -> Complaints:
    """What a learner begins with, an empty package and the state before fail the checks of a step."""
    step = course.step(number)
    if not step.has_check:
        return []
    empty = dict.fromkeys(state(course, number), "")
    begun = {
        "its beginning": starter(course, number),
        "an empty package": empty,
        "the state before": state(course, number - 1),
    }
    return [
        f"{step.name}: {what} passes its checks"
        for what, files in begun.items()
        if pool.check(files, [number], [], number, quick=True).passed
    ]


def adds_only(course: Course, pool: Pool, number: int) -> Complaints:
    """What a learner is given at the beginning of a step replaces nothing, as it is put into the learner's files."""
    step = course.step(number)
    before = texts(state(course, number - 1))
    over = texts(step.overlays("starter"))
    inner = {(file, name.split(".")[0]) for file, name in over if "." in name}
    return [
        f"{step.name}/starter/{file}: {name} is there already, and stays as the learner wrote it"
        for file, name in over
        if (file, name) in before and (file, name) not in inner and not name.endswith("__doc__")
    ]


def wrongs(course: Course, pool: Pool, number: int) -> Complaints:
    """Every typical wrong answer fails, and first at the check that is named for it."""
    step = course.step(number)
    return [
        complaint
        for name, path in wrong_answers(step).items()
        if (complaint := _wrong(course, pool, step, name, path))
    ]


def _wrong(course: Course, pool: Pool, step: Step, name: str, path: Path) -> str:
    files, expected = wrong(course, step, path)
    report = pool.check(files, [step.id], [], step.id, MUTANT_LIMIT, quick=True)
    failed = [r.id for r in report.results if r.outcome == "failed"]
    if expected in failed[:1]:
        return ""
    came = f"by {failed[0]}" if failed else report.problem.sentence if report.problem else "by none"
    return f"{step.name}/wrong/{name}.py should be caught by {expected}, but was caught {came}"


def caught(course: Course, pool: Pool, number: int, count: int | None = None, seed: int = 0) -> Complaints:
    """Mutants of what a step adds are caught, by its checks or by those before: all, or some that the seed decides.

    Where all are tried, each check of the step must also have failed at least once: for a mutant or a wrong answer.
    """
    step = course.step(number)
    if not step.has_check:
        return []
    some = chosen(f"{seed} {number}", mutants(course, number), count)
    quick = count is not None
    trials = [
        (m.name, pool.check(m.files, [number], range(1, number), number, MUTANT_LIMIT, quick=quick)) for m in some
    ]
    complaints = _stale(course, step)
    complaints += [f"{step.name}: no check catches {name}" for name, report in trials if report.passed]
    return complaints + (_idle(course, pool, step, [report for _, report in trials]) if count is None else [])


def _stale(course: Course, step: Step) -> Complaints:
    """Equivalent mutants that are none any longer."""
    listed = equivalents(step)
    known = {mutant.name for mutant in every_mutant(course, step.id)} if listed else set()
    return [f"{step.name}/equivalents.toml: there is no mutant {name}" for name in listed if name not in known]


def _idle(course: Course, pool: Pool, step: Step, reports: list[Report]) -> Complaints:
    """Checks that never fail prove nothing."""
    files = [wrong(course, step, path)[0] for path in wrong_answers(step).values()]
    reports = reports + [pool.check(f, [step.id], [], step.id, MUTANT_LIMIT) for f in files]
    failed = {result.id for report in reports for result in report.results if result.outcome == "failed"}
    return [
        f"{step.name}: {name} fails for no mutant and no wrong answer" for name in step.tests if name not in failed
    ]


# Texts -------------------------------------------------------------------------------------------------------------


def hinted(course: Course, pool: Pool, number: int) -> Complaints:
    """Every check has three hints, and every hint a check."""
    step = course.step(number)
    known, found = set(step.tests), hints.hints_of(step)
    complaints = [
        f"{step.name}: there are hints for {name}, which is no check" for name in found if name not in known
    ]
    complaints += [f"{step.name}: {name} has no hints" for name in known if name not in found]
    return complaints + [
        f"{step.name}: {name} must have three hints, but has {len(texts)}"
        for name, texts in found.items()
        if len(texts) != hints.LEVELS
    ]


def asked(course: Course, pool: Pool, number: int) -> Complaints:
    """The questions of a step can be drawn from any seed; each takes its own answer alone, and has three hints."""
    step = course.step(number)
    if not step.has_quiz:
        return [] if step.has_check else [f"{step.name} has neither a check nor questions"]
    return [complaint for seed in range(50) for complaint in _asked(step, seed)]


def _asked(step: Step, seed: int) -> Iterator[str]:
    for place, question in enumerate(quiz.questions(step, seed)):
        where = f"{step.name}: question {place + 1}, seed {seed}"
        answer = question.answer
        if not question.accepts(str(answer) if isinstance(answer, str) else repr(float(answer))):
            yield f"{where}: its own answer {answer!r} is not accepted"
        if question.accepts("nothing of the kind" if isinstance(answer, str) else repr(float(answer) * 1.1 + 1)):
            yield f"{where}: a wrong answer is accepted"
        if re.search(r"{\w+}", question.text):
            yield f"{where}: a value was not put in: {question.text}"
        if len(question.hints) != hints.LEVELS:
            yield f"{where}: must have three hints, but has {len(question.hints)}"


def written(course: Course, pool: Pool, number: int) -> Complaints:
    """A lesson of the right length, whose code is there and whose printed numbers are those of the run."""
    step = course.step(number)
    try:
        text = lesson.lesson(course, step)
    except (OSError, ValueError) as error:
        return [f"{step.name}: {error}"]
    complaints = []
    if not WORDS[0] <= (count := lesson.words(text)) <= WORDS[1]:
        complaints.append(f"{step.name}: the lesson must have {WORDS[0]} to {WORDS[1]} words, but has {count}")
    if lesson.title(text) != step.title:
        complaints.append(f"{step.name}: the lesson is called {lesson.title(text)!r}, but the step {step.title!r}")
    if left := re.search(r"\{\{.*?\}\}", text):
        complaints.append(f"{step.name}: {left[0]} means nothing")
    return complaints


def printed(course: Course, pool: Pool, number: int) -> Complaints:
    """The demo of a step runs on its state and prints what the lesson shows."""
    step = course.step(number)
    complaints = []
    for program in programs(step):
        text, error = pool.demo(state(course, number), program)
        kept = program.with_suffix(".out")
        if error:
            complaints.append(f"{step.name}/{program.name}: {error}")
        elif not kept.is_file() or kept.read_text(encoding="utf-8") != text:
            complaints.append(f"{step.name}/{program.name} prints something else than the lesson shows: {PUBLISH}")
    return complaints


def typed(course: Course, pool: Pool, number: int) -> Complaints:
    """What a lesson shows as typed into Python prints what stands there, on its state or the one before."""
    step = course.step(number)
    try:
        sessions = lesson.sessions(step)
    except (OSError, ValueError) as error:
        return [f"{step.name}: {error}"]
    return [
        f"{step.name}, on state {n}: {complaint}"
        for n, text in sessions.items()
        for complaint in pool.session(state(course, n), text)
    ]


def programs(step: Step) -> list[Path]:
    """The programs of a step whose output its lesson shows, and its demo."""
    text = (
        step.localized("lesson", "md", "en").read_text(encoding="utf-8")
        if step.localized("lesson", "md", "en").is_file()
        else ""
    )
    names = {match[2] or "demo" for match in lesson.ORDER.finditer(text) if match[1] == "output"}
    found = [step.folder / f"{name}.py" for name in sorted(names | {"demo"})]
    return [path for path in found if path.is_file()]


def names(course: Course, pool: Pool, number: int) -> Complaints:
    """The lesson and the hints of a step name no definition of a later one; what other frameworks do is left out."""
    step = course.step(number)
    ahead = {name for n in range(number + 1, course.last + 1) for name in _public(course, n)}
    later = {
        name
        for name in ahead - _public(course, number)
        if not (hasattr(np, name) or hasattr(builtins, name) or keyword.iskeyword(name))
    }
    found = []
    for file in (step.localized("lesson", "md", "en"), step.localized("hints", "toml", "en")):
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        body = text[: match.start()] if (match := REAL.search(text)) else text
        own = set(re.findall(r"^[`> ]*(\w+) = ", body, re.MULTILINE))  # names that the text itself gives to something
        used = {
            name for code in re.findall(r"`([^`\n]+)`", body) for name in re.findall(r"(?<![\w.])[A-Za-z_]\w*", code)
        }
        found += [f"{step.name}/{file.name} names {name}, which comes later" for name in sorted(used & later - own)]
    return found


@lru_cache(maxsize=256)
def _public(course: Course, number: int) -> set[str]:
    """What a state defines, methods left out; statements, such as one that begins with `try`, have no name."""
    found = {name for _, name in texts(state(course, number))}
    return {name for name in found if name.isidentifier() and not keyword.iskeyword(name)}


# All of them -------------------------------------------------------------------------------------------------------

GATES: dict[str, Callable[[Course, Pool, int], Complaints]] = {
    "its state passes": passes, "what is unsolved fails": unsolved, "starters add only": adds_only,
    "wrong answers are caught": wrongs, "every check has hints": hinted, "questions have answers": asked,
    "the lesson is whole": written, "printed numbers are true": printed, "sessions are true": typed,
    "nothing comes too early": names, "mutants are caught": caught,
}  # fmt: skip
SAMPLED = (passes, caught)  # what takes long


def main(arguments: list[str] | None = None) -> int:
    """Run the gates and print what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m rung.course.gates", description="Run the gates of the course.")
    parser.add_argument("steps", nargs="*", type=int, help="only these steps")
    parser.add_argument(
        "--full", action="store_true", help=f"every mutant, and every step before (otherwise {SAMPLE})"
    )
    parser.add_argument("--course", type=Path, help="another course than Rung's")
    options = parser.parse_args(arguments)
    course, begun, total = Course(options.course), time.perf_counter(), 0
    with Pool(course) as pool, ThreadPoolExecutor(pool.size + 1) as threads:
        numbers = options.steps or list(course.steps)
        for number, complaints in zip(
            numbers, threads.map(lambda n: all_gates(course, pool, n, options.full), numbers), strict=True
        ):
            print(f"{course.step(number).name:<28}{len(mutants(course, number)):>4} mutants")
            print("".join(f"    {complaint}\n" for complaint in complaints), end="", flush=True)
            total += len(complaints)
    print(f"{total} complaints, {time.perf_counter() - begun:.0f} s")
    return 1 if total else 0


def all_gates(course: Course, pool: Pool, number: int, full: bool = False) -> Complaints:
    """The complaints of every gate about a step."""
    found: Complaints = []
    for gate in GATES.values():
        extra = {"count": None if full else SAMPLE} if gate in SAMPLED else {}
        found += gate(course, pool, number, **extra)
    return found


if __name__ == "__main__":
    sys.exit(main())
