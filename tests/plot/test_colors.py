"""Colors of cells: told apart in gray, and by people who see fewer colors."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.plot.colors import STEPS, image_colors, key_colors, region_colors
from bnsim.plot.marks import ColorScale, Image, Regions
from bnsim.plot.theme import THEMES, Theme, load_theme

SCALES = [ColorScale("v", (0.0, 2.0), colors) for colors in ("sequential", "diverging", "gray")]  # type: ignore[arg-type]
WITHOUT_RED = np.array([[0.0, 1.05118294, -0.05116099], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
WITHOUT_GREEN = np.array([[1.0, 0.0, 0.0], [0.9513092, 0.0, 0.04866992], [0.0, 0.0, 1.0]])
TO_CONES = np.array(
    [[0.31399022, 0.63951294, 0.04649755], [0.15537241, 0.75789446, 0.08670142], [0.01775239, 0.10944209, 0.87256922]]
)
"""How cones see linear red, green and blue, and what a missing kind makes of it (Vienot, Brettel and Mollon 1999)."""


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def lightness(linear: np.ndarray) -> np.ndarray:
    """Lightness of CIE L*a*b* of linear colors, shape (n, 3)."""
    y = np.clip(linear @ np.array([0.2126, 0.7152, 0.0722]), 0, 1)
    return np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)


def linear(colors: np.ndarray) -> np.ndarray:
    share = colors[:, :3] / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: str(scale.colors))
@pytest.mark.parametrize("kind", [np.eye(3), WITHOUT_RED, WITHOUT_GREEN], ids=["all", "no red", "no green"])
def test_a_larger_number_is_lighter_whoever_looks(theme: Theme, scale: ColorScale, kind: np.ndarray) -> None:
    seen = linear(key_colors(scale, theme)) @ TO_CONES.T @ kind.T @ np.linalg.inv(TO_CONES).T
    steps = np.diff(lightness(seen)[::16])
    assert steps.min() > 0.5


def test_cells_have_the_color_of_their_place_on_the_scale(theme: Theme) -> None:
    values = np.array([[0.0, 2.0, 1.0], [-5.0, 9.0, 0.5]])
    image = Image("i", values, np.arange(3.0), np.arange(2.0), (0, 3), (0, 2), SCALES[0])
    colors, key = image_colors(image, theme), key_colors(SCALES[0], theme)
    places = [[0, STEPS - 1, round(0.5 * (STEPS - 1))], [0, STEPS - 1, round(0.25 * (STEPS - 1))]]
    np.testing.assert_array_equal(colors, key[np.array(places)])


def test_what_has_no_place_on_the_scale_has_colors_of_its_own(theme: Theme) -> None:
    values = np.array([[np.nan, -np.inf, np.inf, 1.0]])
    image = Image("i", values, np.arange(4.0), np.arange(1.0), (0, 4), (0, 1), SCALES[0])
    nothing, zero, wrong, value = image_colors(image, theme)[0].tolist()
    assert nothing[3] == 0
    assert [bytes(color[:3]).hex() for color in (zero, wrong)] == [
        theme.color(name)[1:] for name in ("image-zero", "image-wrong")
    ]
    assert value[3] == 255
    key = key_colors(SCALES[0], theme)[:, :3].astype(int)
    for color in (zero, wrong):
        assert np.abs(key - color[:3]).max(axis=1).min() > 60


def test_classes_have_the_colors_of_their_roles_and_begin_again(theme: Theme) -> None:
    classes = np.array([[0.0, 1.0, 2.0, np.nan]])
    nowhere = np.empty((0, 2))
    mark = Regions(
        "m", classes, np.arange(4.0), np.arange(1.0), (0, 4), (0, 1), nowhere, np.empty(0), ("lane0", "lane1")
    )
    first, second, third, none = region_colors(mark, theme)[0].tolist()
    assert first == third != second
    assert none[3] == 0


def test_regions_differ_in_gray(theme: Theme) -> None:
    roles = tuple(f"lane{k}" for k in range(6))
    mark = Regions(
        "m", np.arange(6.0)[None], np.arange(6.0), np.zeros(1), (0, 6), (0, 1), np.empty((0, 2)), np.empty(0), roles
    )
    levels = np.sort(lightness(linear(region_colors(mark, theme)[0])))
    assert np.diff(levels).min() > 2


@pytest.mark.parametrize("kind", [np.eye(3), WITHOUT_RED, WITHOUT_GREEN], ids=["all", "no red", "no green"])
def test_lanes_have_colors_apart_whoever_looks(theme: Theme, kind: np.ndarray) -> None:
    """Distances in CIE L*a*b*; those of the first four are Okabe and Ito's own, and green and purple come nearest."""
    colors = [[int(theme.color(f"lane{k}")[i : i + 2], 16) for i in (1, 3, 5)] for k in range(6)]
    seen = lab(linear(np.array(colors, float)) @ TO_CONES.T @ kind.T @ np.linalg.inv(TO_CONES).T)
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    assert apart[np.triu_indices(6, 1)].min() > 11
    assert apart[4:][apart[4:] > 0].min() > 18


def lab(linear_colors: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear colors, shape (n, 3), for the white of sRGB."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    )
    xyz = np.clip(linear_colors, 0, None) @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
