"""Margins and gaps that all pages at the right share, so that nothing moves when another page comes to the front."""

from __future__ import annotations

MARGINS = (16, 14, 12, 14)
"""Margins of a page in pixels: left, top, right, bottom."""
HEAD_GAP = 6
"""Between a title and the line below it; twice as much to the rest."""
