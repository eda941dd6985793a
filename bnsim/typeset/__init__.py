"""Formulas as outlines: LaTeX in, paths as plain numbers out. No window and no Qt needed."""

from bnsim.typeset.formulas import font_file, typeset
from bnsim.typeset.outlines import Box, Outlines, Path, Stroke

__all__ = ["Box", "Outlines", "Path", "Stroke", "font_file", "typeset"]
