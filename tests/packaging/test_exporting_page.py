"""docs/exporting.md says which formats and styles there are, and what carries the moment."""

from __future__ import annotations

import re
from pathlib import Path

from bnsim.plot.style import STYLES
from bnsim.plot.writers import ALL_NAMES, DIAGRAM_FORMATS, FILM_NAMES, FORMATS, FORMULA
from bnsim.plot.writers.carrying import CARRIERS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "exporting.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[tuple[str, ...]]:
    """The rows of the first table below that heading, without its head."""
    table = re.search(rf"## {heading}\n.*?\n((?:\|[^\n]*\n)+)", PAGE, re.DOTALL)
    assert table is not None
    return [tuple(cell.strip() for cell in line.strip("|\n ").split("|")) for line in table[1].splitlines()[2:]]


def test_its_formats_are_those_that_there_are() -> None:
    of = {name: "figures, diagrams" if name in DIAGRAM_FORMATS else "figures" for name in FORMATS}
    of |= {FORMULA: "formulas"} | dict.fromkeys(FILM_NAMES, "films")
    names = ALL_NAMES | FILM_NAMES
    assert rows("Formats") == [
        (f"`.{name}`", names[name], what, "yes" if name in CARRIERS else "no") for name, what in of.items()
    ]


def test_its_styles_are_those_that_there_are() -> None:
    assert rows("Styles") == [
        (f"`{style.name}`", " × ".join(f"{side:.5g}" for side in style.size)) for style in STYLES.values()
    ]


def test_readme_leads_there_and_names_every_format() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(docs/exporting.md)" in readme
    paragraph = readme[readme.index("(docs/exporting.md)") - 1200 : readme.index("(docs/exporting.md)") + 200]
    assert [name for name in (*FORMATS, FORMULA, *FILM_NAMES) if name.upper() not in paragraph.upper()] == []
