"""From places to splits and back: what lies beside what, and what there is no room for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.spec.layout import Panel, Place
from bnsim.ui.panels.cuts import Node, Split, Tabs, cut, leaves, tabs_of


def panel(name: str, *at: float, front: bool = False) -> Panel:
    return Panel(figure=name, at=at or (0.0, 0.0, 1.0, 1.0), front=front)  # type: ignore[arg-type]


def shape(node: Node | None) -> object:
    if node is None or isinstance(node, Tabs):
        return None if node is None else "+".join(node.names)
    return ("|" if node.side_by_side else "-", *map(shape, node.parts))


def test_tabs_are_at_one_place_and_the_first_is_in_front_unless_another_is() -> None:
    found = tabs_of([panel("a"), panel("b", 0, 0, 0.5, 1), panel("c", front=True), panel("d", 0, 0, 0.5, 1)])
    assert [(group.names, group.front) for group in found] == [(("a", "c"), "c"), (("b", "d"), "b")]


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        ({}, None),
        ({"a": (0, 0, 1, 1)}, "a"),
        ({"b": (0.4, 0, 0.6, 1), "a": (0, 0, 0.4, 1)}, ("|", "a", "b")),
        ({"a": (0, 0, 1, 0.5), "b": (0, 0.5, 1, 0.5)}, ("-", "a", "b")),
        ({"a": (0, 0, 0.5, 1), "b": (0.5, 0, 0.5, 0.5), "c": (0.5, 0.5, 0.5, 0.5)}, ("|", "a", ("-", "b", "c"))),
        ({"a": (0, 0, 0.5, 0.5), "b": (0.5, 0, 0.5, 0.5), "c": (0, 0.5, 1, 0.5)}, ("-", ("|", "a", "b"), "c")),
        ({"a": (0, 0, 1, 1), "b": (0.2, 0.2, 0.5, 0.5)}, ("|", "a", "b")),
        ({str(k): (k / 9, 0, 1 / 9, 1) for k in range(9)}, ("|", "0", "1", "2", "3+4+5+6+7+8")),
        ({str(k): (0, k / 4, 1, 1 / 4) for k in range(4)}, ("-", "0", "1+2+3")),
    ],
)
def test_splits_are_where_a_straight_cut_goes_past_all(places: dict[str, Place], wanted: object) -> None:
    groups = tabs_of([panel(name, *at) for name, at in places.items()])
    assert shape(cut(groups, 4, 2)) == wanted


def test_shares_are_those_of_the_places() -> None:
    node = cut(tabs_of([panel("a", 0, 0, 0.25, 1), panel("b", 0.25, 0, 0.75, 1)]), 4, 4)
    assert isinstance(node, Split)
    assert node.shares == pytest.approx((0.25, 0.75))


shares = st.floats(0.0, 1.0)


@given(st.lists(st.tuples(shares, shares, shares, shares), max_size=12), st.integers(1, 4), st.integers(1, 3))
def test_whatever_a_file_says_every_panel_has_a_place_and_there_is_room(
    places: list[Place], across: int, down: int
) -> None:
    panels = [panel(str(number), *at) for number, at in enumerate(places)]
    node = cut(tabs_of(panels), across, down)
    names = [name for group in leaves(node) for name in group.names] if node is not None else []
    assert sorted(names) == sorted(each.figure for each in panels)
    if node is not None:
        assert extent(node)[0] <= across
        assert extent(node)[1] <= down


def extent(node: Node) -> tuple[int, int]:
    if isinstance(node, Tabs):
        return 1, 1
    across, down = zip(*map(extent, node.parts), strict=True)
    return (sum(across), max(down)) if node.side_by_side else (max(across), sum(down))
