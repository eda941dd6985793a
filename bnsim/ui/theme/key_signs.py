"""Keys in words, arrows as signs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

SIGNS = {Qt.Key.Key_Right: "→", Qt.Key.Key_Left: "←", Qt.Key.Key_Up: "↑", Qt.Key.Key_Down: "↓"}


def signs(keys: str) -> str:
    """Keys as the platform writes them, with arrows as signs: "Shift+Right" is "Shift+→"."""
    native = QKeySequence.SequenceFormat.NativeText
    names = {QKeySequence(key).toString(native): sign for key, sign in SIGNS.items()}
    return "+".join(names.get(part, part) for part in keys.split("+"))
