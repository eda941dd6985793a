"""Every color, size and font of the app and of exported figures, from one file, `resources/themes.json`.

Light and dark are two sets of the same color names; sizes and fonts are common to both.

- Sizes are pixels of the screen in the app. Those that begin with "figure-" are points on an exported page;
  those that end in "-alpha" are an opacity, 0 to 1.
- "projector" has what becomes of sizes on the screen of a lecture hall: "scale" times as large, but for those it names.
- "own" has the names of the sizes that follow a person's own size of text.
- "card-short" is the type of a small card's title, "card-least" the least that words on cards are made smaller to, and
  "card-words" the zoom below which cards have no words, so that in a lecture hall there are none that cannot be read.
- "gray" has what the theme's grays are of that name where they are not as light as its colors, which `load_theme` says.
- An empty font is the platform's own user-interface font.
- Lines take the color of their role ("lane0", "mean"); words beside them take `text_color` of it, a darker
  (in the dark theme a lighter) variant with the contrast of at least 4.5 to 1 that reading needs.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.errors import InputError
from bnsim.spec.resources import resource

ThemeName = Literal["light", "dark"]
Palette = Literal["standard", "gray"]
THEMES: tuple[ThemeName, ...] = ("light", "dark")


class Theme(Struct, frozen=True):
    """One look. Names that are not in the file are a KeyError: a mistake of the program, not of the user."""

    name: ThemeName
    colors: dict[str, str]
    sizes: dict[str, float]
    fonts: dict[str, str]

    def color(self, name: str) -> str:
        """The color of that name as "#rrggbb"."""
        return self.colors[name]

    def text_color(self, role: str) -> str:
        """The color of words that belong to a line of that role, as "#rrggbb"."""
        return self.colors.get(f"{role}-text") or self.colors[role]

    def size(self, name: str) -> float:
        """The size of that name; the module's docstring gives the units."""
        return self.sizes[name]

    def font(self, name: str) -> str:
        """The font families of that name, preferred ones first, separated by commas; "" for the platform's own."""
        return self.fonts[name]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    fonts: dict[str, str]
    sizes: dict[str, float]
    projector: dict[str, float]
    own: frozenset[str]
    gray: dict[ThemeName, dict[str, str]]
    colors: dict[ThemeName, dict[str, str]]


@cache
def _file() -> _File:
    return msgspec.json.decode(resource("themes.json").read_bytes(), type=_File)


@cache
def load_theme(name: str = "light", palette: Palette = "standard") -> Theme:
    """The theme of that name, "light" or "dark".

    With the palette "gray" it has no hues: its own grays for what is told apart by color, each other color as light as
    it is in the theme.
    """
    if name not in THEMES:
        raise InputError(f"there is no theme {name!r}; use one of {', '.join(THEMES)}")
    file = _file()
    colors = file.colors[name]
    if palette == "gray":
        own = file.gray[name]
        words = {f"{key}-text": color for key, color in own.items() if f"{key}-text" in colors}
        colors = {key: _gray(color) for key, color in colors.items()} | words | own
    return Theme(name=name, colors=colors, sizes=file.sizes, fonts=file.fonts)


@cache
def projected_theme(name: str = "light") -> Theme:
    """The theme of that name with everything on screen larger; figures and opacities stay."""
    theme, other = load_theme(name), _file().projector
    sizes = {
        key: other.get(key, value if key.startswith("figure-") or key.endswith("-alpha") else value * other["scale"])
        for key, value in theme.sizes.items()
    }
    return replace(theme, sizes=sizes)


@cache
def screen_theme(name: str = "light", *, text: float = 1.0, projected: bool = False) -> Theme:
    """The theme of that name with type `text` times as large as usual; in a lecture hall at least as large as there."""
    theme, own = load_theme(name), _file().own
    sizes = {key: value * text if key in own else value for key, value in theme.sizes.items()}
    if projected:
        hall = projected_theme(name).sizes
        usual = theme.sizes
        sizes = {
            key: (max(value, sizes[key]) if value >= usual[key] else value * max(text, 1.0)) if key in own else value
            for key, value in hall.items()
        }
    return replace(theme, sizes=sizes)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two "#rrggbb" colors as WCAG 2 defines it, 1 to 21."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _gray(color: str) -> str:
    """The gray as light as a "#rrggbb" color."""
    linear = _luminance(color)
    level = round(255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055))
    return f"#{level:02x}{level:02x}{level:02x}"


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
