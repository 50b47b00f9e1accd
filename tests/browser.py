"""A browser for tests: the system's chromium, driven by playwright. Without them, the tests in it are skipped."""

import shutil
from contextlib import contextmanager

import pytest


@contextmanager
def chromium():
    """A browser without windows."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra browser is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--force-device-scale-factor=1"])
        yield browser
        browser.close()


@contextmanager
def opened(browser, address, **options):
    """A page; at the end it must have made no error, and asked nobody but who has sent it."""
    page = browser.new_page(**{"viewport": {"width": 1440, "height": 900}, **options})
    page.set_default_timeout(8000)
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if is_outside(request.url, address) else None)
    page.goto(address)
    yield page
    page.close()
    assert wrong == []


def is_outside(url, address):
    """Whether a request goes to another place than the page came from."""
    origin = "/".join(address.split("/", 3)[:3])
    return not url.startswith((f"{origin}/", "data:", "blob:"))
