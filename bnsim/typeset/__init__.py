"""Formulas as outlines: LaTeX in, paths as plain numbers out. No window and no Qt needed."""

from bnsim.typeset.formulas import font_file, typeset
from bnsim.typeset.outlines import Box, Outlines, Path, Stroke
from bnsim.typeset.problems import problem

__all__ = ["Box", "Outlines", "Path", "Stroke", "font_file", "problem", "typeset"]
