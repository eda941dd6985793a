"""Keys in words, arrows as signs."""

from __future__ import annotations

SIGNS = {"Right": "→", "Left": "←", "Up": "↑", "Down": "↓"}


def signs(keys: str) -> str:
    """Keys with arrows as signs: "Shift+Right" is "Shift+→"."""
    return "+".join(SIGNS.get(part, part) for part in keys.split("+"))
