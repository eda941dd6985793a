from __future__ import annotations

import re

import pytest

from bnsim.plot.theme import THEMES, Theme, contrast, load_theme
from bnsim.spec.errors import InputError

BACKGROUNDS = ("window", "surface", "canvas", "card", "plot-background")
ROLES = ("lane0", "lane1", "lane2", "lane3", "lane4", "lane5", "mean", "variance", "gamma", "beta", "muted")
KINDS = ("linear", "normalization", "activation", "block", "regularization", "loss", "data")


@pytest.fixture(params=[(name, palette) for name in THEMES for palette in ("standard", "gray")], ids="-".join)
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(*request.param)


def test_both_themes_have_the_same_names() -> None:
    light, dark = map(load_theme, THEMES)
    assert set(light.colors) == set(dark.colors)
    assert light.colors != dark.colors


def test_colors_are_written_in_full(theme: Theme) -> None:
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in theme.colors.values())


def test_black_on_white_has_the_contrast_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_words_can_be_read(theme: Theme, background: str) -> None:
    names = ("text", "text-muted", "accent", "danger", "warning", "ok", "forward", "backward")
    words = {name: theme.color(name) for name in names} | {role: theme.text_color(role) for role in ROLES}
    low = {name for name, color in words.items() if contrast(color, theme.color(background)) < 4.5}
    assert not low


@pytest.mark.parametrize(
    ("words", "background"),
    [
        ("accent-text", "accent"),
        ("accent-text", "accent-hover"),
        ("selection-text", "selection"),
        ("tooltip-text", "tooltip"),
        ("text", "accent-soft"),
        ("text-muted", "hover"),
        ("text-muted", "pressed"),
        ("accent", "accent-soft"),
        ("danger", "danger-soft"),
        ("warning", "warning-soft"),
        ("ok", "ok-soft"),
        *(("kind-text", kind) for kind in KINDS),
    ],
)
def test_words_on_colored_grounds_can_be_read(theme: Theme, words: str, background: str) -> None:
    assert contrast(theme.color(words), theme.color(background)) >= 4.5


def test_lines_and_cards_stand_out(theme: Theme) -> None:
    low = {role for role in ROLES if contrast(theme.color(role), theme.color("plot-background")) < 3}
    low |= {kind for kind in KINDS if contrast(theme.color(kind), theme.color("card")) < 3}
    assert not low


def test_light_lanes_are_okabe_and_itos() -> None:
    theme = load_theme("light")
    okabe_ito = ["#d55e00", "#0072b2", "#009e73", "#cc79a7"]
    # Their yellow cannot be seen on white: it is darker there, and their own in the dark; black is white there.
    assert [theme.color(f"lane{k}") for k in range(6)] == [*okabe_ito, "#5f5600", "#000000"]
    assert [load_theme("dark").color(f"lane{k}") for k in (4, 5)] == ["#f0e442", "#ffffff"]


def test_an_unknown_theme_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="light, dark"):
        load_theme("sepia")
