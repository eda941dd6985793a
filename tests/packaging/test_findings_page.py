from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_findings_is_what_the_rules_say() -> None:
    made = runpy.run_path(str(ROOT / "packaging" / "findings_page.py"))["page"]()
    assert (ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == made
