"""The page: numbers, the graph, figures, and every step with what was built in it. It needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from rung.course.summit.drawing import Figure, draw, growth
from rung.course.summit.telling import Climb, Rung, count_lines

MARK = "<!-- written by rung learn summit -->"
STYLE = Path(__file__).with_name("style.css")


def page(climb: Climb, graph: str, figures: Mapping[int, Figure]) -> str:
    """The whole page.

    Args:
        climb: what there is to tell
        graph: the page of the graph; empty if there is none
        figures: by the step that they belong to
    """
    name = escape(climb.work.name)
    parts = [
        _head(climb),
        _growth(climb),
        _families(climb),
        _graph(climb, graph),
        _figures(climb, figures),
        _steps(climb),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n{MARK}\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{name}</title>\n'
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"<footer>Made by <code>rung learn summit</code> of the code in <code>{name}/</code>.</footer>\n"
        "</body>\n</html>\n"
    )


def _head(climb: Climb) -> str:
    numbers = [
        (climb.lines, "lines"), (climb.definitions, "definitions"), (len(climb.passed), "steps"),
        (climb.checks, "checks and questions"), (len(climb.days), "day" if len(climb.days) == 1 else "days"),
    ]  # fmt: skip
    shown = "".join(f"<li><b>{number:,}</b> {word}</li>" for number, word in numbers if number)
    return (
        f"<header><h1>{escape(climb.work.name)}</h1>\n<p>A deep learning framework, {_origin(climb)}"
        f'{_period(climb.days)}.</p>\n<ul class="numbers">{shown}</ul></header>'
    )


def _origin(climb: Climb) -> str:
    """What it was written from: whoever entered further up began with the course's own code."""
    first = min((rung.step.id for rung in climb.passed), default=1)
    return "written from an empty file" if first == 1 else f"built up from step {first}"


def _period(days: Sequence[date]) -> str:
    """Between which days; nothing where they are not known."""
    if not days:
        return ""
    first, last = words(days[0]), words(days[-1])
    return f" on {first}" if first == last else f" between {first} and {last}"


def words(day: date) -> str:
    """A day as one writes it.

    >>> words(date(2026, 5, 3))
    '3 May 2026'
    """
    return f"{day.day} {day:%B %Y}"


def _growth(climb: Climb) -> str:
    heights = [(rung.step.id, rung.lines) for rung in climb.rungs if rung.lines]
    if len(heights) < 2:
        return ""
    stages = {rung.step.id: rung.step.stage for rung in climb.rungs}
    return f'<section class="growth">{growth(heights, stages)}<p>Its lines, from step to step.</p></section>'


def _families(climb: Climb) -> str:
    rows = "".join(
        f"<dt>{escape(base)} <small>{len(names)}</small></dt><dd>{_chips(names)}</dd>"
        for base, names in climb.families().items()
        if names
    )
    return f'<section><h2>What is in it</h2>\n<dl class="families">{rows}</dl></section>'


def _chips(names: Sequence[str]) -> str:
    return " ".join(f"<code>{escape(name)}</code>" for name in names)


def _graph(climb: Climb, graph: str) -> str:
    """The graph in a frame of its own, which begins when it comes into view: only then does it know its size."""
    if not graph:
        return ""
    name, step = escape(climb.work.name), climb.work.course.step(climb.work.summit)
    return (
        f"<section><h2>{name} at work</h2>\n<p>Step {step.id}, {escape(step.title)}: every box and every arrow was "
        f"recorded while {name} computed, forward and then backward. Press play.</p>\n"
        '<iframe title="the graph" sandbox="allow-scripts allow-downloads" '
        f'data-page="{escape(graph)}"></iframe>\n<script>{BEGIN}</script></section>'
    )


BEGIN = """
const frame = document.querySelector("iframe");
new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  frame.srcdoc = frame.dataset.page;
}).observe(frame);
"""


def _figures(climb: Climb, figures: Mapping[int, Figure]) -> str:
    if not figures:
        return ""
    drawn = "".join(
        f'<article class="{"wide" if figure.get("wide") else ""}"><h3>{escape(figure["title"])}</h3>{draw(figure)}'
        f'<p>{escape(figure["about"])} <a href="#step-{number}">Step {number}</a></p></article>'
        for number, figure in figures.items()
    )
    return f'<section><h2>What it computes</h2>\n<div class="figures">{drawn}</div></section>'


def _steps(climb: Climb) -> str:
    parts = ["<section><h2>How it was built</h2>"]
    for stage in dict.fromkeys(rung.step.stage for rung in climb.rungs):
        rungs = [rung for rung in climb.rungs if rung.step.stage == stage]
        if any(rung.passed for rung in rungs):
            parts.append(f"<h3>{escape(climb.work.course.stages.get(stage, ''))}</h3>")
            parts.append(f'<ol class="ladder s{stage}">{"".join(map(_step, rungs))}</ol>')
    return "\n".join([*parts, "</section>"])


def _step(rung: Rung) -> str:
    kind = "rung" if rung.passed else "rung open"
    day = f'<time datetime="{rung.day}">{words(rung.day)}</time>' if rung.day else ""
    title = f"<b>{rung.step.id}</b> <strong>{escape(rung.step.title)}</strong> {day}"
    names = list(dict.fromkeys(name for _, name in rung.built))
    if not names:
        note = "<i>by thinking alone</i>" if rung.passed and not rung.step.has_check else ""
        return f'<li class="{kind}" id="step-{rung.step.id}" value="{rung.step.id}">{title} {note}</li>'
    code = "".join(_code(file, text) for file, text in _by_file(rung).items())
    lines = sum(map(count_lines, rung.built.values()))
    return (
        f'<li class="{kind}" id="step-{rung.step.id}" value="{rung.step.id}"><details><summary>{title}'
        f"<span>{_chips(names)} <small>{lines} {'line' if lines == 1 else 'lines'}</small></span></summary>"
        f"{code}</details></li>"
    )


def _by_file(rung: Rung) -> dict[str, str]:
    found: dict[str, str] = {}
    for (file, name), text in rung.built.items():
        owner, dot, _ = name.rpartition(".")
        whole = f"# in class {owner}\n{text}" if dot and text.lstrip().startswith(("def", "@")) else text
        found[file] = f"{found[file]}\n\n\n{whole}" if file in found else whole
    return found


def _code(file: str, text: str) -> str:
    coloured = highlight(text, PythonLexer(), HtmlFormatter(nowrap=True))
    return f"<figure><figcaption>{escape(file)}</figcaption><pre>{coloured}</pre></figure>"
