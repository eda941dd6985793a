"""Writes docs/findings.md from the rules themselves: python packaging/findings_page.py."""

from __future__ import annotations

from pathlib import Path

from bnsim.lenses.findings.rules import RULES

PAGE = Path(__file__).parent.parent / "docs" / "findings.md"
HEAD = """# Findings

What a lecturer would point at in a run, one sentence with its numbers each, at most one a rule and lane:
`bn.findings(session)`, the panel Findings (View > Findings), and `bnsim run FILE --iterations 200 --findings`,
whose exit code is 0 if there are none, 1 if there are, 2 for a mistake in what was asked, and 3 where a NaN or an
infinity came up. `--ignore RULE` leaves a rule out there; the panel's menu does here.

Findings are made from what is recorded and in memory at one moment; nothing is computed by the network for them.
What the present iteration has not computed yet is not judged; gradients and updates are those of the last whole
iteration until then. A *warning* is about something that keeps a network from learning, a *note* about something
one should know. This page is made by `python packaging/findings_page.py`.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for rule in RULES.values():
        parts.append(
            f"## {rule.title}\n\n"
            f"`{rule.name}`, a {rule.severity}. Speaks when {rule.threshold}.\n\n"
            f"{rule.why}\n\n"
            f"Try: {rule.mend}\n\n"
            f"Source: {rule.source}.\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
