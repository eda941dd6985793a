"""Every pair of colors that the style sheet, or what is painted by hand, puts side by side has the contrast it needs.

4.5 for words, 3 for what shows where a control is or what it is at: its border, its icon, its focus frame (WCAG 2.2,
1.4.3 and 1.4.11). Not asked of what is disabled, and of what only decorates: hairlines between areas, a list's or
menu's edge, grids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bnsim.plot.theme import THEMES, Theme, contrast, load_theme
from bnsim.ui.theme import style

GROUNDS = ("window", "surface", "canvas", "card")
"""On which a widget without a ground of its own may stand."""
DECORATION = (
    "QMainWindow::separator",
    "QFrame#stage",
    "QFrame#claim",
    "QMenu",
    "QStatusBar",
    "QComboBox QAbstractItemView",
    "QHeaderView",
    "QListView",
    "QListWidget#problems",
    "QTreeWidget#breakpoints.list::item",
    "QWidget#transport",
    'QFrame[kind="start"]',
    "QFrame#start.foot",
    "QFrame#lesson.",
    "QProgressBar",
)
"""Their lines part one area from the next: with no line there, nothing would be lost."""
PAINTED = (
    *(("text", ground) for ground in ("hover", "accent-soft", "pressed", "selection", "danger-soft")),
    *(("text-muted", ground) for ground in ("hover", "accent-soft", "pressed", "selection")),
    *(("danger", ground) for ground in ("hover", "accent-soft")),
    *((f"lane{number}-text", ground) for number in range(5) for ground in ("window", "canvas", "hover", "accent-soft")),
    *((f"{kind}-text", ground) for kind in ("linear", "normalization", "activation") for ground in GROUNDS),
    *((f"{kind}-text", "accent-soft") for kind in ("linear", "normalization", "activation")),
)
"""(words, ground) of lists and cards, whose rows are hovered and selected."""
LINES = (
    *(("line-strong", ground) for ground in (*GROUNDS, "hover", "accent-soft")),
    *((name, ground) for name in ("focus", "accent", "danger", "text-muted") for ground in (*GROUNDS, "hover")),
    *((name, "canvas") for name in ("wire", "forward", "backward", "ok", "block")),
    *((name, "card") for name in ("forward", "backward", "ok")),
    ("accent-text", "accent"),
    ("plot-line", "plot-background"),
)
"""Edges of cards and controls, wires, waves, marks and icons, and what they lie on."""


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def rules() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Selector and declarations of each rule of the sheet; of a value the names of the colors in it."""
    for selectors, body in re.findall(r"([^{}]+)\{\{(.*?)\}\}", style._SHEET, re.DOTALL):
        said: dict[str, list[str]] = {}
        for declaration in body.split(";"):
            name, _, value = declaration.partition(":")
            said[name.strip()] = [each.replace("_", "-") for each in re.findall(r"\{(\w+)\}", value)]
        for selector in selectors.split(","):
            yield selector.strip().replace("\\", ""), said


def ground_of(selector: str, said: dict[str, list[str]]) -> tuple[str, ...]:
    """What the words or lines of a rule lie on: its own ground, else that of the same thing without its last state."""
    grounds = {other: tuple(declared["background"]) for other, declared in rules() if declared.get("background")}
    if "background" in said:
        return tuple(said["background"]) or GROUNDS
    while (before := re.sub(r"(?<!:):[\w!-]+$", "", selector)) != selector:
        selector = before
        if selector in grounds:
            return grounds[selector]
    return GROUNDS


def test_words_of_the_style_sheet_can_be_read(theme: Theme) -> None:
    low, asked = [], 0
    for selector, said in rules():
        for words in (*said.get("color", ()), *said.get("placeholder-text-color", ())):
            if ":disabled" not in selector:
                for ground in ground_of(selector, said):
                    asked += 1
                    if contrast(theme.color(words), theme.color(ground)) < 4.5:
                        low.append((selector, words, ground))
    assert low == []
    assert asked > 60


def test_edges_of_controls_are_seen(theme: Theme) -> None:
    low, asked = [], 0
    for selector, said in rules():
        lines = [
            name for key, names in said.items() if key.startswith("border") for name in names if name in theme.colors
        ]
        if ":disabled" in selector or selector.startswith(DECORATION):
            continue
        for line in lines:
            # A filled button stands out by its ground; then its edge may have the same color.
            inside = [ground for ground in ground_of(selector, said) if ground != line]
            for ground in inside or GROUNDS:
                asked += 1
                if contrast(theme.color(line), theme.color(ground)) < 3:
                    low.append((selector, line, ground))
    assert low == []
    assert asked > 40


def test_what_is_painted_by_hand_can_be_read_and_seen(theme: Theme) -> None:
    low = [pair for pair in PAINTED if contrast(*map(theme.color, pair)) < 4.5]
    low += [pair for pair in LINES if contrast(*map(theme.color, pair)) < 3]
    assert low == []


def test_roles_of_the_palette_can_be_read(theme: Theme) -> None:
    named = {role.name: name for role, name in style.ROLES}
    pairs = [
        ("WindowText", "Window"),
        ("Text", "Base"),
        ("Text", "AlternateBase"),
        ("PlaceholderText", "Base"),
        ("ButtonText", "Button"),
        ("BrightText", "Window"),
        ("HighlightedText", "Highlight"),
        ("Link", "Window"),
        ("Link", "Base"),
        ("ToolTipText", "ToolTipBase"),
    ]
    low = [pair for pair in pairs if contrast(*(theme.color(named[role]) for role in pair)) < 4.5]
    assert low == []
