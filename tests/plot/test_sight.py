"""Colors that are shown together are told apart under every kind of color vision; in gray where nothing else does."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise, product
from typing import get_args

import pytest

from bnsim.figures.lanes import LINES, MARKERS
from bnsim.plot.marks import Line, Marker
from bnsim.plot.theme import THEMES, Theme, load_theme
from tests.plot.sight import IN_COLOR, apart, ciede2000, lab

LANES = tuple(f"lane{k}" for k in range(6))
STATISTICS = ("mean", "variance", "gamma", "beta")
KINDS = ("linear", "normalization", "activation", "block", "regularization", "loss", "data")
MARKS = {
    "lanes": LANES,
    "a BatchNorm's": (*STATISTICS, "muted"),
    "kinds of layers": KINDS,
    "phases": ("forward", "backward", "ok"),
    "signs": ("negative", "zero", "positive"),
    "a diverging scale": ("diverging0", "diverging1", "diverging2"),
    "a sequential scale": ("sequential0", "sequential2", "sequential4"),
    "severities": ("danger", "warning", "ok"),
}
"""Marks of lines and areas, by what they are of."""
INPUTS = ("data", "linear", "activation", "block", "regularization")
EQUATIONS = (
    *(
        ("mean", "variance", "normalized", "gamma", "beta", "normalization", "gradient", "update", each)
        for each in INPUTS
    ),
    *(("weight", "bias", "linear", "gradient", "update", each) for each in (*INPUTS, "normalization")),
    *(("activation", "gradient", "update", each) for each in (*INPUTS, "normalization")),
    *(("block", "gradient", one, other) for one, other in combinations(INPUTS, 2)),
    *(("mean", "variance", "gradient", "update", each) for each in ("weight", "bias", "gamma", "beta")),
    ("regularization", "linear", "mean", "variance", "gradient", "update"),
    ("regularization", "weight", "bias", "gradient"),
    ("loss", "data", "linear", "gradient", "update"),
    ("loss", "weight", "update"),
)
"""Roles of what one equation, with all operations of a layer in a phase, can have words of."""
FAR, SEEN, WORDS = 10.0, 8.0, 6.0
"""Least differences: of lines; of kinds and severities, which have a name or sign beside them; of words, which are
dark on white, or light on black, and so near each other."""
BY_WORDS = {"kinds of layers": SEEN, "severities": SEEN}


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


@pytest.fixture(params=THEMES)
def gray(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param, "gray")


def alike(colors: dict[str, str], least: float, sights: Iterable[str] = IN_COLOR) -> list[tuple[str, str, str, float]]:
    """Pairs of names whose colors somebody sees nearer than `least`."""
    pairs = [(a, b, sight, apart(colors[a], colors[b], sight)) for a, b in combinations(colors, 2) for sight in sights]
    return [(a, b, sight, round(by, 1)) for a, b, sight, by in pairs if by < least]


def test_the_difference_is_that_of_its_paper() -> None:
    for one, other, by in (
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ):
        assert ciede2000(one, other) == pytest.approx(by, abs=1e-4)


def test_to_a_deuteranope_blue_and_its_violet_are_one_color() -> None:
    assert apart("#0072b2", "#6a57cc") > 10 > 4 > apart("#0072b2", "#6a57cc", "deutan")


@pytest.mark.parametrize("shown", MARKS)
def test_marks_shown_together_are_told_apart(theme: Theme, shown: str) -> None:
    assert not alike({name: theme.color(name) for name in MARKS[shown]}, BY_WORDS.get(shown, FAR))


@pytest.mark.parametrize("shown", [LANES, STATISTICS, ("mean", "variance", "muted")], ids=["lanes", "all", "theory"])
def test_words_at_lines_are_told_apart(theme: Theme, shown: tuple[str, ...]) -> None:
    assert not alike({role: theme.text_color(role) for role in shown}, WORDS)


def test_words_of_an_equation_are_told_apart(theme: Theme) -> None:
    for roles in EQUATIONS:
        assert not alike({role: theme.color(f"tensor-{role}") for role in roles}, WORDS)


def test_the_sign_of_a_cell_is_seen_in_gray(theme: Theme) -> None:
    assert apart(theme.color("negative"), theme.color("positive"), "gray") > FAR


def test_every_lane_has_dashes_and_a_marker_of_its_own() -> None:
    assert len(set(LINES)) == len(set(MARKERS)) == len(LANES)
    assert set(LINES) == set(get_args(Line)) - {"none"}
    assert set(MARKERS) == set(get_args(Marker)) - {"none"}


def test_gray_has_no_hues(gray: Theme) -> None:
    assert all(len({color[1:3], color[3:5], color[5:7]}) == 1 for color in gray.colors.values())


def test_gray_lanes_that_come_first_are_as_unlike_as_can_be(gray: Theme) -> None:
    assert not alike({name: gray.color(name) for name in LANES[:3]}, 17.0)
    assert not alike({name: gray.color(name) for name in LANES}, 4.0)
    assert not alike({name: gray.color(name) for name in STATISTICS[:3]}, 17.0)


def test_words_of_a_gray_line_are_as_light_as_it_where_they_can_be(gray: Theme) -> None:
    for role in (*LANES, *STATISTICS):
        line, words = lab(gray.color(role))[0], lab(gray.text_color(role))[0]
        assert abs(line - words) < 17, role


@pytest.mark.parametrize("names", [("negative", "zero", "positive"), ("diverging0", "diverging1", "diverging2")])
def test_a_gray_heat_map_keeps_its_sign(gray: Theme, names: tuple[str, ...]) -> None:
    levels = [lab(gray.color(name))[0] for name in names]
    assert min(high - low for low, high in pairwise(levels)) > 20


def test_a_gray_scale_has_no_color_of_what_is_not_on_it(gray: Theme) -> None:
    ends = [gray.color(name) for name in ("sequential0", "sequential4")]
    for end, name in product(ends, ("image-zero", "image-wrong")):
        assert apart(end, gray.color(name)) > SEEN
