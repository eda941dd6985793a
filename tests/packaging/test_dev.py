from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "packaging" / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_uses_nothing_but_the_standard_library() -> None:
    """-S leaves site-packages out, -I the working folder."""
    command = [sys.executable, "-I", "-S", str(ROOT / "packaging" / "dev.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for name in ("run", "test", "check-system"):
        assert name in done.stdout


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-test.txt", "constraints-dask.txt"])
def test_every_package_is_pinned_with_hashes_and_no_place_to_get_it_from(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text()
    lines = [line for line in text.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z0-9._-]+==[\w.]+(\s+--hash=sha256:[0-9a-f]{64})+\s*", line), line
    assert "://" not in text


def test_every_declared_dependency_is_pinned() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements}

    def pinned(file: str) -> set[str]:
        return set(re.findall(r"(?m)^([\w.-]+)==", (ROOT / "packaging" / file).read_text()))

    assert names(project["dependencies"]) <= pinned("constraints.txt")
    assert names(project["optional-dependencies"]["test"]) <= pinned("constraints-test.txt")
    assert names(project["optional-dependencies"]["dask"]) <= pinned("constraints-dask.txt")
    assert not pinned("constraints.txt") & pinned("constraints-test.txt")
    assert not (pinned("constraints.txt") | pinned("constraints-test.txt")) & pinned("constraints-dask.txt")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has Qt's libraries apart")
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dev.QT_LIBRARIES, "libno-such-thing.so.7", "libno-such-thing7")
    monkeypatch.setattr(dev, "may_install", lambda: False)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(dev.Stop) as caught:
        dev.ensure_libraries()
    assert caught.value.code == 2
    assert "libno-such-thing.so.7" in str(caught.value)
    assert "sudo apt-get install -y --no-install-recommends libno-such-thing7" in str(caught.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is one")
def test_a_display_is_x_or_wayland(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not dev.has_display()
    monkeypatch.setenv("DISPLAY", "")
    assert not dev.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert dev.has_display()


def test_new_pins_make_a_new_environment(dev: ModuleType, tmp_path: Path) -> None:
    pins = tmp_path / "constraints.txt"
    pins.write_text("numpy==1\n")
    first = dev.fingerprint([pins])
    assert dev.fingerprint([pins]) == first
    pins.write_text("numpy==2\n")
    assert dev.fingerprint([pins]) != first


def test_ci_runs_the_test_command() -> None:
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("not a checkout")
    assert os.access(script, os.X_OK)
    assert "packaging/dev.py test" in script.read_text()
