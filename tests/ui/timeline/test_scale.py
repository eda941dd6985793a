"""Where iterations and losses stand on the time line."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.ui.timeline.scale import Scale, loss_range, own_part, placed_names, range_words, round_end, spread

SCALE = Scale(left=50.0, right=1050.0, top=5.0, bottom=45.0, end=500, low=0.01, high=1.0, log=True)


@pytest.mark.parametrize(("recorded", "end"), [(0, 10), (10, 10), (11, 15), (200, 200), (425, 500), (9_999, 10_000)])
def test_the_line_ends_at_a_round_number_with_room_for_all(recorded: int, end: int) -> None:
    assert round_end(recorded) == end


def test_pixels_and_iterations_are_each_others_inverse() -> None:
    assert [SCALE.iteration(SCALE.x(k)) for k in range(501)] == list(range(501))
    assert SCALE.iteration(-100) == 0


def test_the_loss_of_an_iteration_stands_at_its_number_as_in_the_panels() -> None:
    points = SCALE.points(np.array([0, 9, 19]), np.array([1.0, 0.1, np.nan]))
    np.testing.assert_allclose(points[:, 0], [SCALE.x(0), SCALE.x(9), SCALE.x(19)])
    np.testing.assert_allclose(points[:2, 1], [5.0, 25.0])
    assert np.isnan(points[2, 1])


def test_losses_far_apart_are_on_a_log_scale() -> None:
    assert loss_range([np.array([2.0, 0.01, np.inf])]) == (0.01, 2.0, True)
    assert loss_range([np.array([2.0, 1.0]), np.array([0.5])]) == (0.5, 2.0, False)
    assert not loss_range([np.array([5.0, -0.01])])[2]
    assert loss_range([np.array([np.nan])]) == (0.0, 1.0, False)
    low, high, _ = loss_range([np.array([3.0, 3.0])])
    assert low < 3.0 < high


def test_the_ends_of_an_axis_read_differently() -> None:
    assert range_words(2.369, 2.372) == ("2.369", "2.372")
    assert range_words(0.0123456, 0.0123999) == ("0.0123", "0.0124")
    assert range_words(0.5, 2.37) == ("0.5", "2.4")
    assert range_words(1.0, 1.0 + 1e-9) == ("1", "1")


def test_labels_do_not_cover_each_other() -> None:
    placed = spread([10.0, 11.0, 40.0, 10.5], apart=8.0, low=5.0, high=45.0)
    assert sorted(range(4), key=lambda k: placed[k]) == [0, 3, 1, 2]
    assert np.all(np.diff(sorted(placed)) >= 8.0)
    assert min(placed) >= 5.0
    assert max(placed) <= 45.0


def test_names_of_six_lanes_stand_in_two_columns_each_near_the_end_of_its_line() -> None:
    ends = [40.0, 10.0, 11.0, 39.0, 12.0, 10.5]
    placed = placed_names(ends, apart=12.0, low=5.0, high=45.0)
    for column in (0, 1):
        own = sorted(y for at, y in placed if at == column)
        assert len(own) == 3
        assert np.all(np.diff(own) >= 12.0)
    assert [ends[k] < 20 for k in range(6)] == [placed[k][1] < 35 for k in range(6)]
    assert {column for column, _ in placed_names(ends[:3], apart=12.0, low=5.0, high=45.0)} == {0}


def test_a_forks_name_is_told_by_what_it_adds_to_that_of_its_source() -> None:
    names = ["plain", "plain, no BN", "plain, no BN, rate ×10", "plainer"]
    assert [own_part(name, names) for name in names] == ["plain", "…no BN", "…rate ×10", "plainer"]
