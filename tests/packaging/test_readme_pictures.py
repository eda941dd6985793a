"""The README's pictures are there, say in words what they show, and are found from a package index, too."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def test_every_picture_is_there_small_and_told_in_words() -> None:
    found = PICTURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {Path(path).name for _, path in found} >= {"window-light.png", "gallery.png", "layout-vanishing.png"}
    for words, path in found:
        assert len(words.split()) >= 6, path
        assert 10_000 < (ROOT / path).stat().st_size < 400_000, path
    script = (ROOT / "packaging" / "pictures.py").read_text(encoding="utf-8")
    for path in {path for _, path in found} - {
        "packaging/pictures/window-light.png",
        "packaging/pictures/window-dark.png",
    }:
        assert f'"{Path(path).name}"' in script


def test_a_package_index_is_given_whole_addresses() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    words = (ROOT / "README.md").read_text(encoding="utf-8")
    for each in project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        words = re.sub(each["pattern"], each["replacement"], words)
    addresses = [address for _, address in PICTURE.findall(words)]
    assert len(addresses) >= 6
    assert all(address.startswith("https://") and address.endswith(".png") for address in addresses)
