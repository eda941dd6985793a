"""A test that hangs fails, also where it hangs after it has failed, and tells where; no run waits for it."""

from __future__ import annotations

import faulthandler
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import hanging

HANGS = """
import threading
import pytest

@pytest.fixture
def held():
    yield
    threading.Event().wait()  # for what a test that failed has left behind

def test_that_waits():
    threading.Event().wait()

def test_that_fails_first(held):
    assert False
"""


def test_each_part_of_a_test_is_guarded_anew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded: list[dict[str, Any]] = []
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda _seconds, **how: guarded.append(how))
    parts = (hanging.pytest_runtest_setup, hanging.pytest_runtest_call, hanging.pytest_runtest_teardown)
    for part in parts:
        part(request.node)
    assert [how["exit"] for how in guarded] == [True] * len(parts)
    request.node.add_marker("long")
    for part in parts:
        part(request.node)
    assert len(guarded) == len(parts)


@pytest.mark.long
def test_a_test_that_hangs_fails_and_tells_where(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(HANGS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfaulthandler_timeout = 10\n", encoding="utf-8")
    root = Path(__file__).parents[1]
    plain = [
        *runpy.run_path(str(root / "packaging" / "dev.py"))["TESTS"],
        "-p",
        "tests.hanging",
        "-p",
        "no:cacheprovider",
    ]
    for name, where in (("test_that_waits", "test_that_waits"), ("test_that_fails_first", "held")):
        command = [sys.executable, *plain, "--rootdir", tmp_path, f"{tmp_path / 'test_it.py'}::{name}"]
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True)
        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert ran.stdout.count(f"crashed while running 'test_it.py::{name}'") == 1
        assert f" in {where}\n" in ran.stderr
