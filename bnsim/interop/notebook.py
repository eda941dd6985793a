"""A script's parts as a Jupyter notebook, in its own format (nbformat 4.5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bnsim.interop.script import Part


def notebook(parts: Sequence[Part]) -> str:
    """The notebook's JSON: a cell for each part, titles above them."""
    cells: list[dict[str, Any]] = []

    def add(kind: str, text: str) -> None:
        cell: dict[str, Any] = {
            "cell_type": kind,
            "id": f"cell-{len(cells) + 1}",
            "metadata": {},
            "source": text.strip("\n").splitlines(keepends=True),
        }
        cells.append(cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []})

    for part in parts:
        if part.title:
            add("markdown", f"## {part.title}")
        if part.kind == "about":
            add("markdown", part.code.strip('"\n'))
        else:
            add("code", part.code)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
