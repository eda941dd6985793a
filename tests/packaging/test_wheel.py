from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content in a folder of its own, away from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(folder / done.stdout.split()[-1]) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_package_and_its_resources_only(installed: Path) -> None:
    assert {entry.name for entry in installed.iterdir() if entry.suffix != ".dist-info"} == {"bnsim"}
    shipped = {
        path.relative_to(installed / "bnsim" / "resources") for path in (installed / "bnsim/resources").rglob("*")
    }
    kept = {path.relative_to(ROOT / "resources") for path in (ROOT / "resources").rglob("*")}
    assert shipped == kept


def test_what_is_installed_finds_its_resources(installed: Path, tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "import bnsim, bnsim.data\n"
        "from bnsim.spec.resources import resource\n"
        f"assert bnsim.__file__.startswith({str(installed)!r}), bnsim.__file__\n"
        "print(resource('themes.json'), bnsim.data.describe(bnsim.Digits()).rows)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(installed / "bnsim" / "resources" / "themes.json"), "1797"]


def test_the_package_index_is_given_links_it_can_follow(installed: Path) -> None:
    (metadata,) = installed.glob("*.dist-info/METADATA")
    page = metadata.read_text(encoding="utf-8").partition("\n\n")[2]
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) >= 5
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_who_imports_bnsim_gets_its_types(installed: Path) -> None:
    assert (installed / "bnsim" / "py.typed").is_file()
