"""A browser to look at pages in; tests are skipped where there is none."""

import os

import pytest

from rung.picture.page import page_of


class Reader:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, page):
        self.page = page
        self.problems = []
        self.requests = []
        page.on(
            "console", lambda message: message.type in ("error", "warning") and self.problems.append(message.text)
        )
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def ask(self, what):
        """What `window.rung` knows, as a JavaScript expression on it."""
        return self.page.evaluate(f"() => window.rung.{what}")

    def settle(self):
        """Wait until nothing moves any more."""
        self.page.wait_for_function("() => window.rung.ready && !window.rung.view.isMoving")
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def box(self, kind, id):
        return next(box for box in self.ask("boxes") if (box["kind"], box["id"]) == (kind, id))

    def click(self, box, modifiers=()):
        for key in modifiers:
            self.page.keyboard.down(key)
        self.page.mouse.click(box["x"] + box["w"] / 2, box["y"] + box["h"] / 2)
        for key in modifiers:
            self.page.keyboard.up(key)
        self.settle()

    def text(self, selector):
        return self.page.inner_text(selector)


@pytest.fixture
def read(browser, tmp_path):
    """Open the page of a graph: `read(graph, width=…, dark=…, **options)`. No page complains or asks for anything."""
    opened = []

    def open_page(graph, width=1440, height=900, dark=False, motion="no-preference", touch=False, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion=motion,
            has_touch=touch,
        )
        reader = Reader(context.new_page())
        path = tmp_path / f"page{len(opened)}.html"
        path.write_text(page_of(graph, **options), encoding="utf-8")
        reader.page.goto(path.as_uri())
        reader.settle()
        opened.append((context, reader))
        return reader

    yield open_page
    for context, reader in opened:
        context.close()
        assert reader.problems == []
        assert [url for url in reader.requests if not url.startswith(("file:", "data:"))] == []


def pytest_collection_modifyitems(items):
    """`pytest -k browser` runs these tests alone."""
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.extra_keyword_matches.add("browser")
