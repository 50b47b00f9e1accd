"""What the page of a graph costs in a browser: `python -m benchmarks.page` (needs playwright and chromium).

A residual chain of about 10,000 values and calls, forward and backward, is opened, unfolded, moved, zoomed into, and
played; then the player is scrubbed through one of 20,000 events. Of each: the size of the page, the time from opening
it to the first picture, and the time to lay out all nodes; and in milliseconds, the median and the 95th percentile of
what the page's program needs for a frame, and of the time from one frame to the next. A frame at 60 Hz has 16.7 ms.
What the program has drawn is painted by the CPU here, as headless chromium does it.
"""

from __future__ import annotations

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


def report(what: str, times: list[list[float]]) -> None:
    """One line of the result, in milliseconds a frame."""
    drawing, between = ((statistics.median(each), np.percentile(each, 95)) for each in times)
    print(f"{what:34} {drawing[0]:7.1f} {drawing[1]:7.1f} {between[0]:9.1f} {between[1]:7.1f}")


def frames(page: Any, count: int, act: str) -> list[list[float]]:
    """How long each frame took to draw, and how long it was from one to the next, while `act` ran before each."""
    return page.evaluate(
        """async ([count, act]) => {
            const step = new Function("i", "n", act);
            const between = [];
            let last = await new Promise((done) => requestAnimationFrame(done));
            for (let i = 0; i < count; i += 1) {
                step(i, count);
                const now = await new Promise((done) => requestAnimationFrame(done));
                between.push(now - last);
                last = now;
            }
            return [window.rung.drawingTimes.slice(-count), between];
        }""",
        [count, act],
    )


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


def open_page(browser: Any, graph: Graph, folder: Path) -> Any:
    """The page of a graph in the browser, and what it took to get there."""
    path = folder / "page.html"
    path.write_text(page_of(graph), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_function("() => window.rung.ready")
    print(f"\n{'values and calls; events':34} {len(graph.values) + len(graph.calls):7}; {len(graph.events)}")
    print(f"{'page':34} {path.stat().st_size / 1000:7.0f} kB")
    print(f"{'from opening to the first picture':34} {page.evaluate('() => performance.now()'):7.0f} ms")
    return page


def unfold(page: Any) -> None:
    """Open all groups."""
    print(f"{'unfold and lay out all nodes':34} {page.evaluate(UNFOLD):7.0f} ms")
    page.wait_for_function("() => !window.rung.view.isMoving")
    print(f"{'boxes':34} {page.evaluate('() => window.rung.boxes.length'):7}")


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = open_page(browser, residual(1430), Path(folder))
        unfold(page)
        print(f"{'':34} {'program':>7} {'95 %':>7} {'frame':>9} {'95 %':>7}")
        report("move, all in sight", frames(page, 100, MOVE))
        report("zoom in, from all to text", frames(page, 150, WHEEL))
        page = open_page(browser, residual(3340), Path(folder))
        report("scrub, folded as it opens", frames(page, 200, SCRUB))
        unfold(page)
        report("scrub, all in sight", frames(page, 200, SCRUB))
        browser.close()


if __name__ == "__main__":
    main()
