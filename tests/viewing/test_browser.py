"""The pages of `rung view`, in a browser."""

import json
import re

import numpy as np
import pytest
from browser import opened
from viewing.samples import served, write_run

from rung.serializers import save_arrays


def append(folder, *lines):
    """The training goes on."""
    with open(folder / "journal.jsonl", "a") as file:
        file.write("".join(f"{json.dumps(line)}\n" for line in lines))


def hover(page, figure, share):
    """Point into a chart, at a share of the width of its plot; return what its tip says."""
    chart = page.locator(f"[data-figure={figure}] svg.chart")
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 52 + share * (box["width"] - 52 - 104), box["y"] + 80)
    return page.locator(f"[data-figure={figure}] .tip")


def path_of(page, figure, tone):
    """The lines of a tone in a chart."""
    lines = f"[data-figure={figure}] path.curve:not(.pale):not(.band)[data-tone={tone}]"
    return page.eval_on_selector_all(lines, "all => all.map(one => one.getAttribute('d')).join()")


def test_a_run_has_curves_that_can_be_read_off(browser, tmp_path):
    with served(write_run(tmp_path / "digits-1", epochs=10)) as server, opened(browser, server.address) as page:
        page.wait_for_selector("[data-figure=accuracy] .end")
        assert page.locator("h1").inner_text() == "digits-1"
        assert "finished" in page.locator(".top .state").inner_text()
        assert page.locator(".fact.first b").inner_text() == "91.67 %"
        assert path_of(page, "loss", "test").count("L") == 9
        tip = hover(page, "loss", 0.5)
        assert tip.inner_text().split() == ["epoch", "5", "train", "0.2", "test", "0.3"]
        others = page.locator("[data-figure=accuracy] .tip").inner_text()
        assert others.split() == ["epoch", "5", "train", "83.33", "%", "test", "85.71", "%"]
        page.mouse.move(5, 5)
        assert not tip.is_visible()


def test_the_keyboard_reads_off_too(browser, tmp_path):
    with served(write_run(tmp_path / "digits-1", epochs=10)) as server, opened(browser, server.address) as page:
        page.locator("[data-figure=loss] svg.chart").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert "epoch 2" in page.locator("[data-figure=loss] .tip").inner_text()
        page.keyboard.press("Escape")
        assert not page.locator("[data-figure=loss] .tip").is_visible()


def test_the_page_follows_a_training(browser, tmp_path):
    folder = write_run(tmp_path / "digits-1", epochs=2, of=4, state=None)
    with served(folder) as server, opened(browser, server.address) as page:
        page.wait_for_selector("[data-state=running]")
        assert "epoch 3 of 4" in page.locator(".top .state").inner_text()
        assert path_of(page, "accuracy", "test").count("L") == 1
        figures = {"epoch": 3, "loss": 0.3, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.987}
        append(folder, {"what": "epoch", "step": 12, "seconds": 3, "figures": figures})
        page.wait_for_selector(".fact.first b:text-is('98.70 %')")
        assert path_of(page, "accuracy", "test").count("L") == 2
        ending = {"state": "failed", "error": "NanError: <b>x</b>"}
        append(folder, {"what": "end", "step": 12, "epoch": 3, "seconds": 3, **ending})
        page.wait_for_selector(".top [data-state=failed]")
        assert page.locator("main > .wrong").inner_text() == "NanError: <b>x</b>"


def test_smoothing_log_scale_and_zoom(browser, tmp_path):
    with served(write_run(tmp_path / "digits-1", epochs=10)) as server, opened(browser, server.address) as page:
        page.wait_for_selector("[data-figure=loss] .end")
        before = path_of(page, "loss", "test")
        page.get_by_label("Smoothing").fill("0.8")
        smooth = path_of(page, "loss", "test")
        assert smooth != before
        page.get_by_label("Log scale").check()
        assert path_of(page, "loss", "test") != smooth
        assert "log scale" in page.locator("[data-figure=loss] figcaption").inner_text()
        box = page.locator("[data-figure=loss] svg.chart").bounding_box()
        page.mouse.move(box["x"] + 100, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 250, box["y"] + 60)
        page.mouse.up()
        whole = page.get_by_role("button", name="Whole range")
        assert whole.is_visible()
        whole.click()
        assert not whole.is_visible()


def test_runs_are_compared(browser, tmp_path):
    write_run(tmp_path / "runs" / "digits-1", epochs=3, lr=0.1)
    write_run(tmp_path / "runs" / "digits-2", epochs=8, lr=0.2)
    write_run(tmp_path / "runs" / "digits-10", epochs=5, state=None, of=9)
    with served(tmp_path / "runs") as server, opened(browser, server.address) as page:
        page.wait_for_selector("tbody tr")
        assert page.locator("[data-figure=loss] .end").count() == 3
        assert "3 runs, 1 running" in page.locator(".top").inner_text()
        tip = hover(page, "accuracy", 0.25)
        assert re.findall(r"digits-\d+", tip.inner_text()) == ["digits-1", "digits-2", "digits-10"]
        heads = page.locator("thead th").all_inner_texts()
        assert "lr" in heads
        assert "model" not in heads  # in which they do not differ
        page.get_by_role("button", name="best accuracy").click()
        assert page.locator("tbody th").all_inner_texts() == ["digits-2", "digits-10", "digits-1"]
        page.get_by_role("button", name="best accuracy").click()
        assert page.locator("tbody th").all_inner_texts()[0] == "digits-1"
        page.get_by_label("Show the curves of digits-2").uncheck()
        assert page.locator("[data-figure=loss] .end").count() == 2
        page.get_by_role("link", name="digits-10").click()
        page.wait_for_selector(".fact.first")
        assert page.locator("h1").inner_text() == "digits-10"
        page.get_by_role("link", name="all runs").click()
        page.wait_for_selector("tbody tr")


def test_names_and_texts_are_never_markup(browser, tmp_path):
    evil = "<img src=x onerror=document.body.id='broken'>"
    folder = write_run(tmp_path / "runs" / evil, **{evil: evil})
    (folder / f"{evil}.txt").write_text(evil)
    (folder / "sample.txt").write_text(f"</pre>{evil}")
    (folder / "model.json").write_text(json.dumps({"rows": [{"kind": evil, "path": evil, "shape": evil}, 3, None]}))
    save_arrays(folder / "best.npz", {evil: np.ones(3)})
    (folder / "log.json").write_text((folder / "log.json").read_text().replace('"accuracy"', json.dumps(evil)))
    with served(tmp_path / "runs") as server, opened(browser, server.address) as page:
        page.get_by_role("link", name=evil).click()
        page.wait_for_selector(".fact.first")
        page.locator("#weights").scroll_into_view_if_needed()
        page.wait_for_selector("#weights tbody tr")
        assert page.locator("h1").inner_text() == evil
        assert page.locator("#texts pre").last.inner_text() == f"</pre>{evil}"
        assert page.evaluate("document.images.length") == 0
        assert page.locator("#broken").count() == 0


def test_damage_is_told_and_the_rest_is_shown(browser, tmp_path):
    folder = write_run(tmp_path / "digits-1", epochs=3)
    (folder / "log.json").write_text("{")
    (folder / "best.npz").write_bytes(b"no archive")
    with served(folder) as server, opened(browser, server.address) as page:
        page.wait_for_selector("[data-figure=loss] .end")
        assert "log.json is damaged" in page.locator("main > .wrong").first.inner_text()
        page.locator("#weights").scroll_into_view_if_needed()
        page.wait_for_selector("#weights .wrong:not([hidden])")
        assert "expected a whole file of arrays" in page.locator("#weights .wrong").inner_text()


def test_a_loss_that_is_no_number_is_shown_as_that(browser, tmp_path):
    folder = write_run(tmp_path / "digits-1", epochs=3, state=None)
    lost = {"loss": "NaN", "accuracy": 0.1, "val_loss": "Infinity", "val_accuracy": 0.1}
    append(folder, *({"what": "epoch", "step": 4 * i, "seconds": 1, "figures": {**lost, "epoch": i}} for i in (4, 5)))
    with served(folder) as server, opened(browser, server.address) as page:
        page.wait_for_selector("[data-figure=loss] .alarm")
        assert "not finite after epoch 3" in page.locator("[data-figure=loss] .alarm").text_content()


def test_weights_are_a_table_with_histograms(browser, tmp_path):
    arrays = {"W": np.arange(12.0).reshape(3, 4) - 4, "b": np.zeros(5), "odd": np.array([np.nan, np.inf, 1, 2])}
    save_arrays(tmp_path / "w.npz", arrays)
    with served(tmp_path / "w.npz") as server, opened(browser, server.address) as page:
        page.wait_for_selector("tbody tr")
        rows = page.locator("tbody tr").all_inner_texts()
        assert rows[0].split()[:5] == ["W", "3", "×", "4", "float64"]
        assert "all alike" in rows[1]
        assert "1 NaN, 1 ∞" in rows[2]
        assert page.locator("svg.histogram").count() == 2
        page.get_by_role("button", name="numbers").click()
        assert page.locator("tbody th").all_inner_texts() == ["W", "b", "odd"]


def test_it_says_when_the_server_has_ended(browser, tmp_path):
    with served(write_run(tmp_path / "digits-1")) as server:
        page = browser.new_page()
        page.goto(server.address)
        page.wait_for_selector(".fact.first")
    page.wait_for_selector("#away:has-text('rung view has ended')")
    page.close()


@pytest.mark.parametrize("size", [(1440, 900), (800, 600), (380, 700)])
def test_nothing_is_wider_than_the_window(browser, tmp_path, size):
    write_run(tmp_path / "runs" / "digits-1")
    write_run(tmp_path / "runs" / "digits-2", lr=3)
    viewport = {"width": size[0], "height": size[1]}
    with served(tmp_path / "runs") as server:
        for address in (server.address, f"{server.address}run?run=digits-1"):
            with opened(browser, address, viewport=viewport) as page:
                page.wait_for_selector("[data-figure=loss] .tick")
                assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
