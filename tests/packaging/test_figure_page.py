"""The page about figures says what the kinds say of themselves, and its pictures are there and small."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from bnsim.figures import FIGURES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "packaging" / "figure_pictures.py"))


def test_the_page_is_what_the_kinds_say_of_themselves(script: dict[str, Any]) -> None:
    """If this fails, run: python packaging/figure_pictures.py page."""
    assert (DOCS / "figures.md").read_text(encoding="utf-8") == script["page"]()


def test_every_kind_has_its_pictures_in_both_themes_and_they_are_small() -> None:
    page = (DOCS / "figures.md").read_text(encoding="utf-8")
    named = set(re.findall(r'(?:srcset|src)="([^"]+)"', page))
    assert {f"pictures/figures/{name}-{theme}.png" for name in FIGURES for theme in ("light", "dark")} <= named
    sizes = [(DOCS / each).stat().st_size for each in named]
    assert max(sizes) < 100_000
    assert sum(sizes) < 3_000_000
    assert {f"pictures/figures/{path.name}" for path in (DOCS / "pictures" / "figures").iterdir()} == named
