"""Lines with round corners: each part of a net once, no corner lost, arrows at the targets."""

from rung.picture.lines import arrow, branches, cleaned, rounded

# A trunk down to (0, 20), from which one way goes on down and one to each side.
TREE = [[0, 0, -1], [0, 20, 0], [0, 60, 1], [40, 20, 1], [40, 60, 3], [-40, 20, 1], [-40, 60, 5]]


def test_each_way_ends_at_its_target_and_leaves_the_others_in_a_bend():
    first, second, third = branches(TREE, [2, 4, 6], 8)
    assert first == [(0, 0), (0, 60)]
    assert second == [(0, 12), (0, 20), (40, 20), (40, 60)]
    assert third == [(0, 12), (0, 20), (-40, 20), (-40, 60)]


def test_what_is_not_reached_is_not_drawn():
    assert list(branches(TREE, [-1, 4], 8)) == [[(0, 0), (0, 20), (40, 20), (40, 60)]]


def test_a_net_of_several_trees_is_drawn_whole():
    points = [[0, 0, -1], [0, 9, 0], [50, 0, -1], [50, 9, 2]]
    assert list(branches(points, [1, 3], 8)) == [[(0, 0), (0, 9)], [(50, 0), (50, 9)]]


def test_corners_are_round_and_the_end_leaves_room_for_the_arrow():
    curve = rounded([(0, 0), (0, 20), (40, 20)], 8, 6)
    assert curve == [("M", [(0, 0)]), ("L", [(0, 12)]), ("Q", [(0, 20), (8, 20)]), ("L", [(34, 20)])]


def test_corners_that_are_near_to_each_other_share_the_way_between_them():
    curve = rounded([(0, 0), (0, 20), (6, 20), (6, 40)], 8)
    assert [step for step in curve if step[0] == "Q"] == [("Q", [(0, 20), (3, 20)]), ("Q", [(6, 20), (6, 23)])]


def test_points_that_turn_nothing_are_left_out():
    assert cleaned([(0, 0), (0, 0), (0, 3), (0, 9), (4, 9), (4, 9)]) == [(0, 0), (0, 9), (4, 9)]


def test_an_arrow_points_where_its_line_goes():
    assert arrow((0, 0), (20, 0), 8)[0] == (20, 0)
    assert {x for x, _ in arrow((0, 0), (20, 0), 8)[1:]} == {12}
    assert {y for _, y in arrow((0, 20), (0, 0), 8)[1:]} == {8}
