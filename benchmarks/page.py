"""What the page of a graph costs in a browser: `python -m benchmarks.page` (needs playwright and chromium).

A residual chain of about 10,000 values and calls, forward and backward, is shown with all groups open. The lines are:
the size of the page; the time from opening it until it is drawn; the time to lay out all nodes; the median and the
95th percentile of the time to draw a frame while the whole graph is moved, while it is zoomed into, and while the
player is scrubbed through all events, at the start of the graph and with all of it in sight. A frame at 60 Hz has
16.7 ms. Drawing is on the CPU here, as headless chromium does it.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import rung.functions as F
from rung import Variable
from rung.picture import Graph, record
from rung.picture.page import page_of


def residual(blocks: int) -> Graph:
    """A chain of blocks with a skip each, and the backward pass through it."""
    with record(title=f"{blocks} residual blocks") as graph:
        h = Variable(np.ones(3), name="x")
        for _ in range(blocks):
            h = F.tanh(h) * 0.5 + h
        F.sum(h).backward()
    return graph


def report(what: str, times: list[float]) -> None:
    """One line of the result, in milliseconds a frame."""
    print(f"{what:44} {statistics.median(times):6.1f} ms   95 %: {np.percentile(times, 95):6.1f} ms")


def frames(page: Any, count: int, act: str) -> list[float]:
    """The times of the frames that were drawn while `act` ran so many times, once before each frame."""
    page.evaluate(
        """async ([count, act]) => {
            const step = new Function("i", "n", act);
            for (let i = 0; i < count; i += 1) {
                step(i, count);
                await new Promise((done) => requestAnimationFrame(done));
            }
        }""",
        [count, act],
    )
    return page.evaluate(f"() => window.rung.drawingTimes.slice(-{count})")


# A pointer that moves along the line of events; and a wheel, and a hand, on the drawing.
SCRUB = """
    const strip = document.querySelector("#strip");
    const {left, top, width, height} = strip.getBoundingClientRect();
    strip.setPointerCapture = () => {};
    strip.hasPointerCapture = () => true;
    const at = {clientX: left + (width * i) / n, clientY: top + height - 4, pointerId: 1};
    strip.dispatchEvent(new PointerEvent("pointermove", at));
"""
WHEEL = """
    const at = {clientX: 700, clientY: 300, deltaY: -120, deltaMode: 0, bubbles: true, cancelable: true};
    document.querySelector("#graph").dispatchEvent(new WheelEvent("wheel", {...at, ctrlKey: true, deltaY: -4}));
"""
MOVE = """
    const at = {clientX: 700, clientY: 300, deltaMode: 0, cancelable: true};
    document.querySelector("#graph").dispatchEvent(new WheelEvent("wheel", {...at, deltaX: 0.5, deltaY: 3.5}));
"""


UNFOLD = """() => {
    const start = performance.now();
    document.querySelector("#open-all").click();
    return performance.now() - start;
}"""


def measure(page: Any, path: Path) -> None:
    """Open the page, unfold all, and move, zoom and scrub."""
    page.goto(path.as_uri())
    page.wait_for_function("() => window.rung.ready")
    shown = page.evaluate("() => performance.now()")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    print(f"{'from opening to the first picture':44} {shown:6.0f} ms")
    report("scrub, folded as it opens", frames(page, 200, SCRUB))
    print(f"{'unfold and lay out all nodes':44} {page.evaluate(UNFOLD):6.0f} ms")
    page.wait_for_function("() => !window.rung.view.isMoving")
    print(f"{'boxes':44} {page.evaluate('() => window.rung.boxes.length'):6}")
    report("move, all in sight", frames(page, 100, MOVE))
    report("scrub, all in sight", frames(page, 200, SCRUB))
    report("zoom in, from all to text", frames(page, 150, WHEEL))
    report("scrub, text in sight", frames(page, 200, SCRUB))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=1430, help="residual blocks, of seven values and calls each")
    blocks = parser.parse_args().blocks
    from playwright.sync_api import sync_playwright

    graph = residual(blocks)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        path.write_text(page_of(graph), encoding="utf-8")
        print(f"{'values and calls; events':44} {len(graph.values) + len(graph.calls):6}; {len(graph.events)}")
        print(f"{'page':44} {path.stat().st_size / 1000:6.0f} kB")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        measure(browser.new_page(viewport={"width": 1440, "height": 900}), path)
        browser.close()


if __name__ == "__main__":
    main()
