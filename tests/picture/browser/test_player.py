"""The player, the queue, the naive order, the memory, the steps, the table and the comparison."""

import contextlib
import io
import json

import numpy as np
import pytest
from picture.graphs import mlp, residual, squares, training
from picture.programs import WithoutDerivative
from PIL import Image

import rung
import rung.functions as F
from rung.picture import graph_of


def _to_event(reader, number):
    reader.press("Home", *["ArrowRight"] * number)


def test_it_steps_through_the_events(read):
    reader = read(squares())
    _to_event(reader, 1)
    assert reader.ask("player.event.what") == "call"
    assert "square(x = 2) → 4" in reader.text("#caption")
    reader.press("ArrowRight", "ArrowLeft", "ArrowLeft")
    assert reader.ask("player.position") == 0
    reader.press("End")
    assert reader.ask("player.position") == reader.ask("player.length")


def test_it_plays_to_the_end_and_pauses(read):
    reader = read(squares(), motion="reduce")
    reader.press("]", "]", "]")
    reader.page.keyboard.press(" ")
    assert reader.ask("player.isPlaying")
    reader.page.wait_for_function("() => !window.rung.player.isPlaying")
    assert reader.ask("player.position") == reader.ask("player.length")


def test_space_pauses(read):
    reader = read(residual(700))
    reader.page.keyboard.press(" ")
    reader.page.wait_for_timeout(60)
    reader.page.keyboard.press(" ")
    reader.settle()
    assert not reader.ask("player.isPlaying")
    assert reader.ask("player.position") < reader.ask("player.length")


def test_the_line_of_events_is_scrubbed(read):
    reader = read(mlp())
    strip = reader.page.locator("#strip").bounding_box()
    y = strip["y"] + strip["height"] - 5
    reader.page.mouse.move(strip["x"] + 2, y)
    reader.page.mouse.down()
    for share, position in ((0.5, 7), (0.25, 3.5), (0.999, 14)):
        reader.page.mouse.move(strip["x"] + share * strip["width"], y)
        reader.settle()
        assert abs(reader.ask("player.position") - position) <= 1
    reader.page.mouse.up()


def test_backward_shows_its_queue_the_youngest_first(read):
    reader = read(squares())
    _to_event(reader, 6)  # four calls, the beginning of backward, and the visit of the sum
    assert reader.ask("player.event.what") == "visit"
    assert reader.ask("queue") == [2, 1]
    assert "add" in reader.text("#queue .visiting")
    assert reader.page.locator("#queue .chip").count() == 3


def test_where_gradients_meet_they_are_added(read):
    reader = read(squares())
    _to_event(reader, 8)
    assert reader.ask("player.event.arrivals[0].sum")
    assert "adds 8 to a" in reader.text("#caption")


def test_the_order_of_step_14_goes_wrong_and_says_where(read):
    reader = read(squares())
    _to_event(reader, 5)
    reader.page.click("#order-14")
    reader.settle()
    naive = reader.ask("naive")
    assert naive["visits"] == 5  # the first square is visited twice
    assert [(each["naive"], each["right"]) for each in naive["mistakes"]] == [(96, 64)]
    assert "x gets 96, not 64" in reader.text("#queue")
    reader.page.click("#queue >> text=Show")
    reader.settle()
    assert "Too early" in reader.text("#caption")
    assert reader.page.locator("#queue .row").count() == 2
    reader.page.click("#order-16")
    reader.settle()
    assert reader.ask("naive") is None


def test_without_events_it_plays_what_would_run(read):
    import rung.functions as F
    from rung import Variable

    x = Variable(2.0, name="x")
    reader = read(graph_of(F.square(x) + F.exp(x)))
    _to_event(reader, 5)
    assert [reader.ask("player.length"), reader.ask("player.event.what")] == [8, "visit"]


def test_what_has_not_come_into_being_is_pale(read):
    """The middle of the last value is paper while it is a ghost, and in its colour when it is there."""
    reader = read(squares())
    reader.press("Home")
    last = next(box for box in reader.ask("boxes") if box["lines"][:1] == ["y"])
    ghost = _colour(reader, last)
    reader.press("End")
    assert sum(ghost) > sum(_colour(reader, last))


def _colour(reader, box):
    clip = {"x": int(box["x"] + box["w"] / 2), "y": int(box["y"] + 4), "width": 1, "height": 1}
    return Image.open(io.BytesIO(reader.page.screenshot(clip=clip))).convert("RGB").getpixel((0, 0))


def test_memory_is_a_line_first_then_bands_tied_to_the_player(read):
    reader = read(mlp())
    assert reader.page.locator("#memory").is_hidden()
    low = reader.page.locator("#strip").bounding_box()["height"]
    reader.press("m")
    assert reader.page.locator("#strip").bounding_box()["height"] > 2 * low
    reader.press("Home", "ArrowRight")
    early = reader.text("#memory")
    reader.press("End")
    late = reader.text("#memory")
    assert "kept for backward" in early
    assert early != late
    reader.page.click("#memory >> text=peak")
    reader.settle()
    now, peak = reader.text("#memory .key").replace("peak ", "").split(" now, ")
    assert now == peak


def test_iterations_have_a_slider(read):
    reader = read(training())
    assert reader.page.locator("#steps").is_visible()
    reader.page.focus("#step")
    reader.page.keyboard.press("Home")
    reader.settle()
    assert reader.text("#step-number") == "1"
    assert 0 < reader.ask("player.position") < reader.ask("player.length") / 2
    assert read(mlp()).page.locator("#steps").is_hidden()


@pytest.mark.parametrize("size", [3, 100])
def test_the_same_numbers_in_another_order_are_a_difference(read, size):
    def doubled(numbers):
        with rung.record() as graph:
            rung.Variable(numbers, name="x") * 2.0
        return graph

    numbers = np.arange(size, dtype=np.float32)
    reader = read(doubled(numbers), compare=doubled(numbers[::-1].copy()))
    assert [each["state"] for each in reader.ask("comparison")["differences"]] == ["value", "value"]
    reader = read(doubled(numbers), compare=doubled(numbers * np.float32(1 + 1e-6)))
    assert reader.ask("comparison")["differences"] == []


def test_a_pass_inside_a_visit_has_a_queue_of_its_own(read):
    with rung.record() as graph:
        x = rung.Variable(2.0, name="x")
        a = F.exp(x)
        b = rung.transform.checkpoint(lambda x: F.tanh(x) * x, x)
        (a + b).backward()
    names = [graph.ops[call.op].name for call in graph.calls]
    reader = read(graph)
    queues = {}
    for number, event in enumerate(graph.events, 1):
        reader.press("ArrowRight" if number > 1 else "Home", *["ArrowRight"] * (number == 1))
        queues[event.what, event.pass_] = [names[call] for call in reader.ask("queue")]
    assert queues["backward", 1] == ["mul"]
    assert queues["end", 1] == ["checkpoint", "exp"]
    assert queues["end", 0] == []


def test_a_pass_that_an_exception_ended_leaves_no_queue(read):
    with rung.record() as graph:
        x = rung.Variable(2.0, name="x")
        with contextlib.suppress(ValueError):
            (WithoutDerivative()(x) * 2.0).backward()
        F.exp(x)
    reader = read(graph)
    reader.press("End")
    assert reader.ask("queue") == []


def test_two_traces_are_compared(read):
    reader = read(mlp(), compare=mlp(hidden=9, title="wider"))
    assert "wider" in reader.text("#compare-title")
    comparison = reader.ask("comparison")
    assert comparison["missing"] == []
    assert {each["state"] for each in comparison["differences"]} == {"shape", "value"}
    reader.page.click("#differences .link >> nth=0")
    reader.settle()
    assert reader.ask("selected") == comparison["differences"][0]["item"]
    reader.page.click("#compare-swap")
    reader.settle()
    assert reader.text("#title") == "wider"
    reader.page.click("#compare-close")
    reader.settle()
    assert reader.ask("comparison") is None


def test_a_trace_compared_with_itself_has_no_differences(read):
    assert read(mlp(), compare=mlp()).ask("comparison") == {"differences": [], "missing": []}


def test_another_trace_may_be_opened_from_a_file(read, tmp_path):
    reader = read(squares())
    other = tmp_path / "other.json"
    other.write_text(mlp().to_json(), encoding="utf-8")
    reader.page.set_input_files("#file", other)
    reader.page.wait_for_function("() => window.rung.comparison")
    assert len(reader.ask("comparison.missing")) == 6
    other.write_text(json.dumps({"format": "something else"}), encoding="utf-8")
    reader.page.set_input_files("#file", other)
    reader.page.wait_for_selector("#banner >> text=no trace of Rung")


def test_the_table_has_every_call(read):
    reader = read(mlp())
    reader.press("t")
    assert reader.page.locator("#table tbody tr").count() == 6
    assert "layers.0" in reader.text("#table tbody tr:nth-child(1)")
    assert "graphs.py:" in reader.text("#table tbody tr:nth-child(1)")
    reader.page.keyboard.type("sigmoid")
    reader.settle()
    assert reader.page.locator("#table tbody tr").count() == 2
    reader.page.click("#table tbody th .link >> nth=0")
    reader.settle()
    assert reader.page.locator("#table").is_hidden()
    assert reader.ask("selected") == {"kind": "call", "id": 1}


def test_all_can_be_done_with_the_keyboard(read):
    reader = read(mlp())
    reader.press("?")
    assert reader.page.locator("#help").is_visible()
    reader.press("Escape")
    assert reader.page.locator("#help").is_hidden()
    reader.press("ArrowDown")
    first = reader.ask("selected")
    reader.press("ArrowDown", "ArrowUp")
    assert first is not None
    assert reader.ask("selected") == first
    reader.press("k")
    assert reader.page.locator("#legend").is_visible()
    reader.press("n")
    assert reader.ask("player.isNaive")


def test_what_is_played_is_told_to_screen_readers(read):
    reader = read(squares())
    _to_event(reader, 1)
    assert reader.text("#live") == reader.text("#caption")
    assert reader.page.get_attribute("#strip", "aria-valuenow") == "1"


def test_the_page_may_begin_somewhere(read):
    reader = read(mlp(), start={"position": 3, "memory": True, "theme": "dark"})
    assert reader.ask("player.position") == 3
    assert reader.ask("mode") == "dark"
    assert reader.page.locator("#memory").is_visible()


@pytest.mark.parametrize("nodes", [10_000])
def test_ten_thousand_nodes_can_be_seen_and_played(read, nodes):
    reader = read(residual(nodes))
    reader.press("o")
    assert len(reader.ask("boxes")) > nodes * 0.9
    reader.press("ArrowRight", "End", "f")
