"""What makes a picture clear at a glance: straight trunks, symmetry, few bends, little room."""

import pytest
from picture.layout import scenes
from picture.layout.rules import Picture

from rung.picture.layout import lay_out


def _picture(scene, direction="down"):
    return Picture(scene, lay_out(scene, direction), direction)


def _middles(picture):
    return [x + width // 2 for x, _, width, _ in picture.boxes]


def _points(picture):
    return sum(len(tree) for tree in picture.trees)


@pytest.mark.parametrize("direction", ["down", "right"])
def test_a_chain_is_one_straight_line(direction):
    picture = _picture(scenes.chain(20), direction)
    assert len(set(_middles(picture))) == 1
    assert all(len(tree) == 2 for tree in picture.trees)


def test_a_diamond_is_symmetric():
    x, left, _, right, _, joint = _middles(_picture(scenes.diamond()))
    assert x == joint
    assert abs((left + right) / 2 - x) <= 1


def test_a_fan_is_symmetric():
    x, *heads, joint = _middles(_picture(scenes.fan(9)))
    assert abs(x - joint) <= 1
    assert abs(heads[4] - x) <= 1
    assert all(abs(one + other - 2 * x) <= 2 for one, other in zip(heads, reversed(heads), strict=True))


@pytest.mark.parametrize("scene", [scenes.residual(3000), scenes.one_variable_all_along(3000)])
def test_the_trunk_of_a_deep_network_is_straight_and_narrow(scene):
    picture = _picture(scene)
    middles = _middles(picture)
    assert max(middles.count(middle) for middle in set(middles)) >= len(middles) - 2
    assert picture.placement["width"] < 250


def test_a_skip_around_a_block_bends_only_at_its_ends():
    picture = _picture(scenes.residual(100))
    assert max(len(tree) for tree in picture.trees) == 7  # source, corner and target; four corners of the skip


def test_layers_stand_straight_below_one_another():
    picture = _picture(scenes.mlp(4))
    lines = [tree for net, tree in zip(picture.scene["nets"], picture.trees, strict=True) if len(net["to"]) == 1]
    into_layers = [tree for tree in lines if len(tree) == 2]
    assert len({frame[0] for frame in picture.frames[1:]}) == 1
    assert len(into_layers) >= 3 * 4  # x, the product and the sum of each


def test_a_leaf_stands_beside_its_first_use():
    build = scenes.SceneBuilder()
    x, w = build.box("x"), build.box("w")
    build.box("mul", [build.chain(["exp", "sin"], x), w])
    picture = _picture(build.scene())
    tops = [y for _, y, _, _ in picture.boxes]
    assert tops[1] == tops[5]  # w in the row of what it is multiplied with


def test_a_variable_that_is_used_all_along_ends_in_stubs_where_nobody_could_follow_it():
    scene = scenes.one_variable_all_along(3000)
    of_w = next(i for i, net in enumerate(scene["nets"]) if net["from"] == [0, 0])
    net = lay_out(scene)["nets"][of_w]
    reached = [target for target, end in enumerate(net["ends"]) if end >= 0]
    assert reached == list(range(len(reached)))  # the nearest ones
    assert 10 < len(reached) < 30
    assert len(net["stubs"]) == len(net["ends"]) - len(reached)


def test_lanes_keep_within_a_budget():
    """A graph in which every value is used far below has shorter lines instead of thousands of lanes."""
    build = scenes.SceneBuilder()
    made = [build.box("x")]
    for i in range(400):
        made.append(build.box("add", [made[-1], made[max(0, i - 50)]]))
    placement = lay_out(build.scene())
    assert placement["width"] < 400
    assert sum(len(net["stubs"]) for net in placement["nets"]) > 200


def test_no_corner_is_too_near_to_a_box_to_be_round():
    picture = _picture(scenes.tanh_derivative(4))
    for tree in picture.trees:
        turns = [tree[before][0] != x for x, _, before in tree if before >= 0]
        assert turns
    tops = {y for _, y, _, _ in picture.boxes} | {y + height for _, y, _, height in picture.boxes}
    corners = {y for tree in picture.trees for x, y, before in tree if before >= 0 and tree[before][0] != x}
    assert min(abs(corner - top) for corner in corners for top in tops) >= 10


def test_the_book_s_hardest_graph_is_of_the_known_size():
    scene = scenes.tanh_derivative(7)
    assert abs(len(scene["boxes"]) - 1856) < 20
    assert _points(_picture(scene)) < 4 * sum(len(net["to"]) for net in scene["nets"])


def test_a_title_bar_is_wide_enough_for_its_label_in_both_directions():
    build = scenes.SceneBuilder()
    frame = build.frame("a label that is much longer than what is in its frame")
    build.box("x", [], frame)
    scene = build.scene()
    for direction in ("down", "right"):
        _, y, width, _ = lay_out(scene, direction)["frames"][0]
        assert width >= scene["frames"][0]["w"]
        assert lay_out(scene, direction)["boxes"][0][1] >= y + 24  # below the bar


def test_lines_that_need_not_cross_do_not():
    """Four columns whose boxes are made in another order in each row."""
    build = scenes.SceneBuilder()
    columns = {i: build.box("x") for i in range(4)}
    for row in ([2, 0, 3, 1], [3, 2, 1, 0], [1, 3, 0, 2]):
        columns |= {i: build.box("sin", [columns[i]]) for i in row}
    build.box("concatenate", [columns[i] for i in range(4)])
    scene = build.scene()
    lines = [tree for net, tree in zip(scene["nets"], _picture(scene).trees, strict=True) if net["to"][0][0] < 16]
    assert all(len(tree) == 2 for tree in lines)


def test_a_line_through_many_frames_has_no_needless_points():
    assert [len(tree) for tree in _picture(scenes.deep_frames(20)).trees] == [2, 2]
