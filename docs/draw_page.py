"""Take the picture of the page in docs/images, in the middle of a backward pass: `python docs/draw_page.py`.

It needs the extra `browser`, and chromium.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import rung
import rung.functions as F

IMAGES = Path(__file__).parent / "images"
SHOWN = "a"  # the value whose card is open
VISIT = 3  # of the backward pass: two gradients meet
FIND = """name => {
  const box = window.rung.boxes.find(box => box.kind === "value" && box.lines[0] === name);
  return [box.x + box.w / 2, box.y + box.h / 2];
}"""


def branches():
    """A value that is used twice, so that two gradients meet in it."""
    x = rung.Variable(2.0, name="x")
    with rung.record("two branches") as graph:
        a = F.square(x)
        a.name = "a"
        y = F.square(a) + F.exp(-a)
        y.name = "y"
        y.backward(retain_grad=True)
    return graph


def after(graph, visit):
    """How many events have happened when this visit is over."""
    return 1 + [i for i, event in enumerate(graph.events) if event.what == "visit"][visit]


def take(graph, path):
    """Open the page of a graph, go to the moment, choose a call, and take a picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = graph.save(Path(folder) / "page.html", start={"position": after(graph, VISIT)})
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(file.absolute().as_uri())
        page.wait_for_function("() => window.rung.ready && !window.rung.view.isMoving")
        page.mouse.click(*page.evaluate(FIND, SHOWN))
        page.wait_for_timeout(1500)
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    take(branches(), IMAGES / "page.png")
