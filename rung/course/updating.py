"""A new version of the course in the middle: which passed steps have changed, and whether their checks still pass."""

from __future__ import annotations

from rung.course import checking
from rung.course.screen import Screen
from rung.course.workspace import Workspace, digests


def update(work: Workspace, screen: Screen) -> int:
    """Say what has changed, check again what asks for something else now, and take the new version as known."""
    asks, says = changes(work)
    if not asks and not says:
        screen.say("nothing that you have passed has changed")
        return 0
    for number in says:
        step = work.course.step(number)
        screen.say(
            (f"{number:>2}  ", "quiet"),
            step.title,
            ("   says something else now: ", "quiet"),
            (f"rung learn show {number}", "accent"),
        )
    reopened = [number for number in asks if not _holds(work, number, screen)]
    for number in {*asks, *says} - set(reopened):
        work.progress.passed[number] |= digests(work.course.step(number))
    for number in reopened:
        del work.progress.passed[number]
    work.save()
    return 1 if reopened else 0


def changes(work: Workspace) -> tuple[list[int], list[int]]:
    """The passed steps that ask for something else than they did, and those that only say it differently."""
    asks, says = [], []
    for number, kept in sorted(work.progress.passed.items()):
        if number in work.course.steps:
            now = digests(work.course.step(number))
            if now["asks"] != kept["asks"]:
                asks.append(number)
            elif now["says"] != kept["says"]:
                says.append(number)
    return asks, says


def _holds(work: Workspace, number: int, screen: Screen) -> bool:
    """Check a changed step on the package as it is."""
    step = work.course.step(number)
    if not step.has_check:
        screen.say((f"{number:>2}  ", "quiet"), step.title, ("   has new questions; your answers hold", "quiet"))
        return True
    report = checking.check_many(work, [step])[0]
    word = (
        ("   its checks have changed, and hold", "ok")
        if report.passed
        else ("   its checks have changed; it is open again", "bad")
    )
    screen.say((f"{number:>2}  ", "quiet"), step.title, word)
    if report.failure:
        screen.failure(report.failure, report, 0)
        screen.say(("mend it, then: ", "quiet"), (f"rung learn check {number}", "accent"))
    return report.passed
