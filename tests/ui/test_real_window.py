"""One real window on a real X server, with a window manager, driven by a real mouse and keyboard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


class RealWindow:
    """The app in a process of its own; `wait` reads what it tells until a condition holds."""

    def __init__(self, display: str, folder: Path) -> None:
        self._env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "BNSIM_CONFIG_DIR": str(folder)}
        self._app = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.real_window_app"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self._env,
        )
        self.now: dict[str, Any] = {}

    def wait(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        assert self._app.stdout is not None
        for line in self._app.stdout:
            self.now = json.loads(line)
            if condition(self.now):
                return
        assert self._app.stderr is not None
        pytest.fail(f"the window closed: {self._app.stderr.read()}")

    def input(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self._env, check=True, capture_output=True)

    def close(self) -> str:
        _, errors = self._app.communicate()
        assert self._app.returncode == 0, errors
        return errors


@pytest.fixture
def window(x_display: str, tmp_path: Path) -> Iterator[RealWindow]:
    for program in ("xdotool", "openbox"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": x_display}, stderr=subprocess.DEVNULL)
    try:
        yield RealWindow(x_display, tmp_path)
    finally:
        manager.terminate()
        manager.wait()


def test_step_by_key_then_drag_from_the_palette_then_undo(window: RealWindow) -> None:
    window.wait(lambda now: now["active"])
    window.input("key", "Right")
    window.wait(lambda now: "forward" in now["status"] and "Linear" in now["status"])

    linear, sigmoid = window.now["linear"], window.now["sigmoid"]
    between = [(linear[0] + sigmoid[0]) // 2, (linear[1] + sigmoid[1]) // 2]
    window.input("mousemove", *window.now["palette"], "mousedown", 1)
    start = window.now["palette"]
    for part in range(1, 9):
        x, y = (start[axis] + (between[axis] - start[axis]) * part // 8 for axis in (0, 1))
        window.input("mousemove", "--sync", x, y)
    window.input("mousemove_relative", "--sync", 1, 0, "mouseup", 1)
    window.wait(lambda now: now["kinds"] == ["Linear", "BatchNorm", "Sigmoid", "Linear"])

    window.input("key", "ctrl+z")
    window.wait(lambda now: now["kinds"] == ["Linear", "Sigmoid", "Linear"])
    assert window.close() == ""
