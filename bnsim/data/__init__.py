"""Data sets as arrays: generated, shipped, and the user's own files."""

from __future__ import annotations

from bnsim.data.dataset import Dataset, Preview
from bnsim.data.loading import arrays_of, columns_of, describe, files_of, load, suggested

__all__ = [
    "Dataset",
    "Preview",
    "arrays_of",
    "columns_of",
    "describe",
    "files_of",
    "load",
    "suggested",
]
