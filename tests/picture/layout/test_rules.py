"""What holds in every picture, downwards and to the right, and whether the rules would notice if it did not."""

import copy

import hypothesis
import pytest
from hypothesis import strategies as st
from picture.layout import scenes
from picture.layout.rules import check

from rung.picture.layout import lanes, lay_out

CORPUS = scenes.corpus()
BOTH_WAYS = pytest.mark.parametrize("direction", ["down", "right"])


@BOTH_WAYS
@pytest.mark.parametrize("name", [name for name in CORPUS if not name.startswith("random")])
def test_the_rules_hold(name, direction):
    check(CORPUS[name], lay_out(CORPUS[name], direction), direction)


@BOTH_WAYS
@hypothesis.settings(max_examples=80, deadline=None, derandomize=True)
@hypothesis.given(boxes=st.integers(1, 70), seed=st.integers(0, 2**32 - 1), frames=st.booleans())
def test_the_rules_hold_in_random_graphs(direction, boxes, seed, frames):
    scene = scenes.drawn_by_lot(boxes, seed, frames)
    check(scene, lay_out(scene, direction), direction)


@BOTH_WAYS
@pytest.mark.parametrize("reach", [0, 1, 2, 4])
def test_the_rules_hold_where_most_lines_are_stubs(direction, reach, monkeypatch):
    monkeypatch.setattr(lanes, "REACH", reach)
    for seed in range(40):
        scene = scenes.drawn_by_lot(5 + seed, seed)
        check(scene, lay_out(scene, direction), direction)


def test_a_net_that_would_run_upwards_ends_in_stubs():
    build = scenes.SceneBuilder()
    frame = build.frame("not a stretch of calls")
    inner = build.box("a", [], frame)
    outer = build.box("b", [inner])
    build.box("c", [outer], frame)
    scene = build.scene()
    placement = lay_out(scene)
    check(scene, placement)
    assert sum(len(net["stubs"]) for net in placement["nets"]) == 1


def test_the_same_scene_gives_the_same_picture_and_is_left_as_it_was():
    scene = CORPUS["lstm"]
    before = copy.deepcopy(scene)
    assert lay_out(scene) == lay_out(scene)
    assert scene == before


def _shifted_box(placement):
    placement["boxes"][3] = list(placement["boxes"][4])


def _slanted_line(placement):
    placement["nets"][0]["points"][-1][0] += 1


def _shared_line(placement):
    first, second = (placement["nets"][net]["points"] for net in (0, 1))
    begin = len(second)
    second.extend([x, y, before + begin if before >= 0 else -1] for x, y, before in first)


def _missing_end(placement):
    placement["nets"][0]["ends"][0] = -1


def _small_frame(placement):
    placement["frames"][1][2] //= 2


@pytest.mark.parametrize("breakage", [_shifted_box, _slanted_line, _shared_line, _missing_end, _small_frame])
def test_the_rules_notice(breakage):
    placement = lay_out(CORPUS["mlp"])
    breakage(placement)
    with pytest.raises(AssertionError):
        check(CORPUS["mlp"], placement)
