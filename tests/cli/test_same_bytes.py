"""The same input gives the same bytes in every process, whatever the time zone and the seed of Python's hashes are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bnsim.plot.writers import FILMS, FORMATS, FORMULA

WORLDS = ({"TZ": "UTC", "PYTHONHASHSEED": "1"}, {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "77"})


@pytest.mark.long
def test_every_format_is_the_same_in_another_process(file: str, tmp_path: Path) -> None:
    films = FILMS if shutil.which("ffmpeg") else ("gif",)
    formats = ",".join((*FORMATS, *films, FORMULA))
    made = []
    for number, world in enumerate(WORLDS):
        out = tmp_path / str(number)
        out.mkdir()
        drawn = [
            "--figure=gradient_by_depth",
            "--diagram",
            "canvas",
            "chain",
            "graph",
            f"--format={formats}",
            "--frames=2",
        ]
        style = ["--style=figure:source=yes,caption=yes", "--iterations=3", "--quiet"]
        for command in (
            ["run", file, *drawn, *style, f"--out={out}", f"--history={out / 'history.csv'}"],
            ["deck", file, "--iterations=3", "--quiet", "-o", str(out / "talk.pptx")],
            ["deck", file, "--iterations=3", "--quiet", "-o", str(out / "talk.tex")],
            ["code", file, "--to", "pytorch", "-o", str(out / "net.py")],
        ):
            subprocess.run([sys.executable, "-m", "bnsim", *command], check=True, env=os.environ | world)
        made.append({path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()})
    one, other = made
    assert len(one) > 20
    assert one.keys() == other.keys()
    assert [str(name) for name in one if one[name] != other[name]] == []
