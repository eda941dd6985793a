"""Names of columns and classes in a file can be shown anywhere."""

from __future__ import annotations

from pathlib import Path

import bnsim as bn
from bnsim.data import load


def test_names_in_a_table_are_one_line_of_words(tmp_path: Path) -> None:
    path = tmp_path / "evil.csv"
    path.write_text('"a\x1b[31m","\u202eb",kind\n1.5,2,"x\x07y"\n2.5,3,<b>z</b>\n3.5,4,"x\x07y"\n', encoding="utf-8")
    found = load(bn.FileData(path=str(path), standardize=False))
    assert found.names == ("a[31m", "b")
    assert found.preview.target == "kind"
    assert found.class_names == ("<b>z</b>", "xy")
