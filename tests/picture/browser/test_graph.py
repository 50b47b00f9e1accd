"""The graph on the page: folding, moving, choosing, searching, colours."""

import pytest
from picture.graphs import hostile, mlp, residual, squares, training, with_error, with_nan


def _layer(reader, label="MLP"):
    return next(frame for frame in reader.ask("frames") if frame["label"].startswith(label))


def test_a_group_folds_and_unfolds_and_its_header_stays(read):
    reader = read(mlp())
    before = _layer(reader)
    reader.page.mouse.click(before["x"] + 14, before["y"] + 10)
    reader.settle()
    box = reader.box("group", before["group"])
    assert before["group"] not in reader.ask("open")
    assert abs(box["x"] - before["x"]) < 1
    assert abs(box["y"] - before["y"]) < 1
    reader.page.wait_for_timeout(450)
    reader.page.mouse.click(box["x"] + 14, box["y"] + 10)
    reader.settle()
    after = _layer(reader)
    assert abs(after["x"] - before["x"]) < 1
    assert abs(after["y"] - before["y"]) < 1


def test_a_header_that_is_clicked_far_from_its_mark_stays_under_the_cursor(read):
    reader = read(mlp())
    frame = _layer(reader)
    x, y = frame["x"] + frame["w"] - 6, frame["y"] + 10
    reader.page.mouse.click(x, y)
    reader.settle()
    box = reader.box("group", frame["group"])
    assert box["x"] <= x <= box["x"] + box["w"]
    assert box["y"] <= y <= box["y"] + box["h"]


def test_levels_unfold_so_many(read):
    reader = read(mlp())
    reader.press("c")
    assert reader.ask("frames") == []
    reader.press("1")
    assert len(reader.ask("frames")) == 1
    reader.press("o")
    assert len(reader.ask("frames")) == 4


def test_a_double_click_on_a_box_folds_the_group_around_it(read):
    reader = read(mlp())
    reader.press("o")
    call = reader.box("call", 0)
    reader.page.mouse.dblclick(call["x"] + call["w"] / 2, call["y"] + call["h"] / 2)
    reader.settle()
    assert not [box for box in reader.ask("boxes") if (box["kind"], box["id"]) == ("call", 0)]


def test_the_wheel_zooms_about_the_cursor_and_dragging_moves(read):
    reader = read(squares())
    box = reader.box("value", 0)
    x, y = box["x"] + box["w"] / 2, box["y"] + box["h"] / 2
    reader.page.mouse.move(x, y)
    reader.page.mouse.wheel(0, -240)
    reader.settle()
    nearer = reader.box("value", 0)
    assert nearer["w"] > 1.2 * box["w"]
    assert abs(nearer["x"] + nearer["w"] / 2 - x) < 1
    reader.page.mouse.move(300, 300)
    reader.page.mouse.down()
    reader.page.mouse.move(340, 360, steps=4)
    reader.page.wait_for_timeout(120)
    reader.page.mouse.up()
    reader.settle()
    moved = reader.box("value", 0)
    assert abs(moved["x"] - nearer["x"] - 40) < 1
    assert abs(moved["y"] - nearer["y"] - 60) < 1


def test_two_fingers_zoom(read):
    reader = read(squares(), touch=True)
    before = reader.box("value", 0)
    session = reader.page.context.new_cdp_session(reader.page)
    for kind, spread in (
        ("touchStart", 50),
        ("touchMove", 60),
        ("touchMove", 80),
        ("touchMove", 100),
        ("touchEnd", 0),
    ):
        fingers = [{"x": 700 - spread, "y": 300, "id": 1}, {"x": 700 + spread, "y": 300, "id": 2}] if spread else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    reader.settle()
    assert abs(reader.box("value", 0)["w"] / before["w"] - 2) < 0.1


def test_it_runs_to_the_right_if_wanted(read):
    reader = read(squares())
    reader.press("r")
    first, last = reader.box("value", 0), reader.box("call", 3)
    assert last["x"] > first["x"] + first["w"]
    assert read(squares(), start={"direction": "right"}).box("call", 3)["x"] > first["x"]


def test_only_the_drawing_is_printed(read):
    reader = read(squares(), dark=True)
    reader.page.emulate_media(media="print")
    assert reader.page.locator("#deck").is_hidden()
    assert reader.page.locator("#graph").is_visible()
    assert reader.page.pdf(width="400px", height="300px").startswith(b"%PDF")
    assert reader.ask("mode") == "dark"


def test_fit_shows_all_and_the_minimap_moves(read):
    reader = read(residual(700))
    reader.press("o", "f")
    assert all(box["y"] >= 0 and box["y"] + box["h"] <= 900 for box in reader.ask("boxes"))
    for _ in range(12):
        reader.press("+")
    before = reader.ask("view.top")
    corner = reader.page.locator("#minimap").bounding_box()
    reader.page.mouse.click(corner["x"] + 3, corner["y"] + corner["height"] - 3)
    reader.settle()
    assert reader.ask("view.top") < before


def test_a_click_on_a_box_shows_its_card(read):
    reader = read(squares())
    reader.click(reader.box("value", 0))
    assert reader.ask("selected") == {"kind": "value", "id": 0}
    card = reader.text("#card")
    assert "x" in card
    assert "64" in card
    reader.page.click("#card .links .link")
    reader.settle()
    assert reader.ask("selected.kind") == "call"
    assert "square" in reader.text("#card")
    assert "graphs.py:" in reader.text("#card")
    reader.press("Escape")
    assert reader.ask("selected") is None


def test_large_values_are_shown_as_a_picture_and_a_histogram(read):
    reader = read(mlp())
    reader.press("o")
    reader.click(reader.box("call", 0))
    reader.page.click("#card >> text=layers.0.W")
    reader.settle()
    assert reader.page.locator("#card canvas").count() == 4
    assert "norm" in reader.text("#card")


def test_search_unfolds_what_hides_it_and_flies_there(read):
    reader = read(mlp())
    reader.press("c", "/")
    reader.page.keyboard.type("linear #4")
    reader.press("Enter")
    assert reader.ask("selected") == {"kind": "call", "id": 4}
    box = reader.box("call", 4)
    assert 0 < box["x"] < 1440
    assert 0 < box["y"] < 900


@pytest.mark.parametrize(
    ("query", "found"),
    [("(12, 16)", 2), ("12x16", 2), ("grad>0.9", 1), ("sigmoid", 2), ("layers.1", 4), ("layers.1.W", 1), ("nan", 0)],
)
def test_search_understands(read, query, found):
    reader = read(mlp())
    reader.press("/")
    reader.page.keyboard.type(query)
    reader.settle()
    assert reader.page.locator("#found [role=option]").count() == found


def test_a_nan_has_a_banner_that_flies_to_it(read):
    reader = read(with_nan())
    assert "NaN first appears in log, tests/picture/graphs.py:" in reader.text("#banner")
    reader.page.click("#banner button")
    reader.settle()
    assert reader.ask("selected") == {"kind": "call", "id": 0}


def test_an_error_is_marked_and_told(read):
    reader = read(with_error())
    assert "ShapeError: matmul" in reader.text("#banner")
    reader.page.click("#banner button")
    reader.settle()
    assert "failed" in reader.text("#card")


def test_colours_by_a_measure_have_a_legend(read):
    reader = read(mlp())
    reader.page.select_option("#measure", "gradient")
    reader.settle()
    assert reader.text("#legend").startswith("gradient norm")
    reader.page.select_option("#measure", "kind")
    reader.settle()
    assert reader.page.locator("#legend").is_hidden()


def test_the_reader_may_choose_the_dark(read):
    assert read(squares(), dark=True).ask("mode") == "dark"
    reader = read(squares())
    assert reader.ask("mode") == "light"
    reader.press("d")
    assert reader.ask("mode") == "dark"
    assert reader.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"


def test_the_whole_path_can_be_lifted_out(read):
    reader = read(squares())
    reader.click(reader.box("value", 0))
    reader.page.click("text=What uses it")
    reader.settle()
    assert reader.page.get_attribute("#card .buttons button:nth-child(2)", "aria-pressed") == "true"


def test_hostile_names_are_shown_and_do_not_run(read):
    reader = read(hostile())
    reader.click(reader.box("value", 0))
    assert "</script>" in reader.text("#card h2")
    reader.press("Escape", "/")
    reader.page.keyboard.type("img")
    reader.settle()
    assert reader.page.locator("#found [role=option]").count() == 1
    reader.page.keyboard.press("Escape")
    reader.press("t", "Escape", "ArrowRight")
    assert reader.page.evaluate("() => window.hurt") is None
    assert reader.page.locator("img").count() == 0


@pytest.mark.parametrize("size", [(600, 400), (390, 760), (800, 600)])
def test_it_fits_into_small_windows(read, size):
    reader = read(training(), *size)
    width = reader.page.evaluate("() => document.documentElement.scrollWidth")
    deck = reader.page.locator("#deck").bounding_box()
    assert width <= size[0]
    assert deck["y"] + deck["height"] <= size[1]
    assert deck["height"] < size[1] / 2
    assert reader.page.locator("#play").is_visible()


def test_it_works_in_a_frame_of_another_page(read, browser, tmp_path):
    from html import escape

    from rung.picture.page import page_of

    context = browser.new_context()
    page = context.new_page()
    inner = f'<iframe width=600 height=400 sandbox="allow-scripts" srcdoc="{escape(page_of(squares()))}"></iframe>'
    page.set_content(inner)
    frame = page.frames[1]
    frame.wait_for_function("() => window.rung && window.rung.ready")
    frame.click("#forward")
    assert frame.evaluate("() => window.rung.player.position") == 1
    context.close()
