r"""Beamer: a deck as LaTeX source and the pictures it puts in, vectors as PDF; it compiles with pdflatex as it is.

The source takes no package that Beamer does not bring along, and keeps each frame a few readable lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.deck import Deck, Paragraph, Slide, in_builds
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.theme import Theme
from bnsim.plot.writers import render
from bnsim.plot.writers.layout import in_one_place
from bnsim.plot.writers.tex import escaped

Report = Callable[[int], None]
"""Told how many slides are done; what it raises ends the work."""

_SIZES = {"large": r"\normalsize", "normal": r"\small", "small": r"\scriptsize"}
_SPACE = {"large": "1.2ex", "normal": "0.4ex", "small": "0.8ex"}
_PICTURE = (12.2, 5.3)
"""Inches of a picture before LaTeX makes it as wide as the text."""
_TYPE = 1.3
"""Words in pictures are so many times as large as on a page that one reads."""
_LINE = 85
"""Letters of a line below a title."""
_ROLES = ("lane0", "lane1", "lane2", "lane3", "lane4", "lane5")


class Source(NamedTuple):
    """The content of the .tex file, and the pictures by their names in the folder that it takes them from."""

    text: str
    pictures: dict[str, bytes]


def beamer(deck: Deck, style: Style, folder: str, carried: Carried, report: Report = lambda done: None) -> Source:
    """The source of the deck with pictures in `folder` beside it. `report` is told after every slide."""
    pictures: dict[str, bytes] = {}
    parts = [_preamble(deck, style, carried)]
    page, number = _page(style), 0
    for build in in_builds(deck.slides):
        lines = max(len(slide.line) // _LINE for slide in build)
        for slide in _in_one_place(build, page):
            number, name = number + 1, ""
            if slide.picture is not None:
                name = f"{number:02}-{slide.picture.name.replace('_', '-')}.pdf"
                pictures[name] = render(slide.picture, "pdf", style=page, carried=carried)
            parts.append(_frame(slide, f"{folder}/{name}" if name else "", lines))
            report(number)
    return Source("\n".join([*parts, r"\end{document}", ""]), pictures)


def _in_one_place(build: Sequence[Slide], page: Style) -> list[Slide]:
    """The slides of a build with their plots at the same place."""
    figures = [slide.picture for slide in build if isinstance(slide.picture, Figure)]
    if len(build) < 2 or len(figures) < len(build):
        return list(build)
    return [replace(slide, picture=figure) for slide, figure in zip(build, in_one_place(figures, page), strict=True)]


def _page(style: Style) -> Style:
    """The style of pictures, whose words the slide has."""
    across, up = _PICTURE
    size = (across * style.size[0] / (style.size[1] * 16 / 9), up)
    look = {"title": False, "verdict": False, "caption": False, "transparent": True, "type": max(style.type, _TYPE)}
    return replace(style, size=size, **look)


def _preamble(deck: Deck, style: Style, carried: Carried) -> str:
    wide = "169" if style.size[0] / style.size[1] > 1.5 else "43"
    return "\n".join(
        [
            *(f"% {_comment(line)}" for line in (deck.title, *carried.lines)),
            f"\\documentclass[aspectratio={wide},t]{{beamer}}",
            r"% \setbeameroption{show notes on second screen=right} % the notes of the speaker",
            *_colors(style.colors()),
            r"\setbeamercolor{background canvas}{bg=ground}",
            r"\setbeamercolor{normal text}{fg=words}",
            r"\setbeamercolor{frametitle}{fg=words}",
            r"\setbeamercolor{framesubtitle}{fg=muted}",
            r"\setbeamerfont{frametitle}{size=\Large,series=\bfseries}",
            r"\setbeamerfont{framesubtitle}{size=\footnotesize,series=\mdseries}",
            r"\setbeamersize{text margin left=7mm,text margin right=7mm}",
            r"\setbeamertemplate{navigation symbols}{}",
            r"\setbeamertemplate{frametitle}{\vspace{4mm}\insertframetitle\par",
            r"  {\usebeamerfont{framesubtitle}\usebeamercolor[fg]{framesubtitle}\insertframesubtitle\par}}",
            f"\\hypersetup{{pdftitle={{{escaped(deck.title)}}},pdfauthor={{}}}}",
            r"\begin{document}",
        ]
    )


def _colors(theme: Theme) -> Iterator[str]:
    names = {"ground": theme.color("plot-background"), "words": theme.color("text"), "muted": theme.color("text-muted")}
    names |= {role: theme.text_color(role) for role in _ROLES}
    for name, color in names.items():
        yield f"\\definecolor{{{name}}}{{HTML}}{{{color[1:].upper()}}}"


def _frame(slide: Slide, picture: str, below: int) -> str:
    """`below`: so many lines more than one stand below its title, or that of another one of its build."""
    lines = ["", r"\begin{frame}[plain,c]" if slide.opening else r"\begin{frame}"]
    if slide.opening:
        # A brace at the start of a frame would be its title.
        lines.append(f"\\begingroup\\huge\\bfseries {escaped(slide.title)}\\par\\endgroup")
        if slide.line:
            lines.append(f"\\vspace{{1ex}}{{\\small\\color{{muted}}{escaped(slide.line)}\\par}}")
        lines.append(r"\vspace{2ex}")
    else:
        lines.append(f"\\frametitle{{{escaped(slide.title)}}}")
        if slide.line:
            lines.append(f"\\framesubtitle{{{escaped(slide.line)}}}")
    if picture:
        high = 0.74 - 0.045 * below
        lines.append(r"\vfill\centering")
        lines.append(
            f"\\includegraphics[width=\\textwidth,height={high:.3f}\\paperheight,keepaspectratio]{{{picture}}}"
        )
    lines += map(_paragraph, slide.words)
    if slide.notes:
        notes = r" \par ".join(escaped(line) for line in slide.notes.splitlines())
        lines.append(f"\\note{{{notes}}}")
    return "\n".join([*lines, r"\end{frame}"])


def _paragraph(words: Paragraph) -> str:
    color = words.color if words.color in _ROLES else "muted" if words.color == "text-muted" else ""
    look = _SIZES[words.size] + (r"\bfseries" if words.bold else "") + (f"\\color{{{color}}}" if color else "")
    return f"\\vspace{{{_SPACE[words.size]}}}{{{look}{{}} {escaped(words.text)}\\par}}"


def _comment(line: str) -> str:
    return " ".join(line.split())
