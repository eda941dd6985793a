"""The pages a reader of the repository meets: every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page for folder in ("", "docs", "examples", "resources", "bnsim/engine") for page in (ROOT / folder).glob("*.md")
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_what_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    relative = [link for link in links if not link.startswith("https:")]
    assert [link for link in relative if not (page.parent / link).exists()] == []


def test_what_people_expect_in_a_repository_is_there() -> None:
    expected = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "SECURITY.md", "LICENSE")
    assert [name for name in expected if not (ROOT / name).is_file()] == []
