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


def pull(window: RealWindow, start: list[int], end: list[int], *held: str, drop: bool = True) -> None:
    """Press at `start`, move in small steps, let go at `end`, with keys held down."""
    window.input("mousemove", "--sync", *start, "mousedown", 1)
    for part in range(1, 9):
        x, y = (start[axis] + (end[axis] - start[axis]) * part // 8 for axis in (0, 1))
        window.input("mousemove", "--sync", x, y)
    for key in held:
        window.input("keydown", key)
    window.input("mousemove_relative", "--sync", 1, 0)
    if drop:
        window.input("mouseup", 1)
        for key in held:
            window.input("keyup", key)


def between(first: list[int], second: list[int]) -> list[int]:
    return [(first[0] + second[0]) // 2, (first[1] + second[1]) // 2]


def test_step_by_key_then_drag_from_the_palette_then_undo(window: RealWindow) -> None:
    window.wait(lambda now: now["active"])
    window.input("key", "Right")
    window.wait(lambda now: "forward" in now["status"] and "Linear" in now["status"])

    pull(window, window.now["palette"], between(window.now["card:0:0"], window.now["card:0:1"]))
    window.wait(lambda now: now["kinds"] == ["Linear", "BatchNorm", "Sigmoid", "Linear"])
    window.input("key", "ctrl+z")
    window.wait(lambda now: now["kinds"] == ["Linear", "Sigmoid", "Linear"])

    pull(window, window.now["moons"], window.now["card:1:1"])
    window.wait(lambda now: now["data"] == "TwoMoons")
    assert window.close() == ""


def test_cards_are_dragged_to_the_other_lane_copied_given_up_and_refused(window: RealWindow) -> None:
    window.wait(lambda now: now["active"])
    start = dict(window.now)
    target = between(start["card:1:1"], start["card:1:2"])
    pull(window, start["card:0:1"], target, drop=False)
    window.wait(lambda now: now["gaps"] == 1)
    window.input("key", "Escape")
    window.wait(lambda now: now["gaps"] == 0)
    window.input("mouseup", 1)

    pull(window, start["card:0:1"], [start["data:0"][0] - 30, start["data:0"][1]], drop=False)
    window.wait(lambda now: "before the data" in now["why"])
    window.input("mouseup", 1)
    window.wait(lambda now: now["why"] == "")
    assert window.now["kinds"] == ["Linear", "Sigmoid", "Linear"]

    pull(window, start["card:0:1"], target, "ctrl")
    window.wait(lambda now: now["other"] == ["Linear", "Sigmoid", "Sigmoid", "Linear"])
    assert window.now["kinds"] == ["Linear", "Sigmoid", "Linear"]
    window.input("key", "ctrl+z")
    window.wait(lambda now: now["other"] == ["Linear", "Sigmoid", "Linear"])

    pull(window, start["card:0:1"], target)
    window.wait(lambda now: now["other"] == ["Linear", "Sigmoid", "Sigmoid", "Linear"])
    assert window.now["kinds"] == ["Linear", "Linear"]
    assert window.close() == ""


def test_a_band_selects_and_the_wheel_zooms(window: RealWindow) -> None:
    window.wait(lambda now: now["active"])
    first, last = window.now["card:1:0"], window.now["card:1:1"]
    pull(window, between(window.now["data:0"], [first[0], first[1]]), [last[0], last[1] + 20])
    window.wait(lambda now: now["selected"] == ["1:0", "1:1"])

    zoom = window.now["zoom"]
    window.input("mousemove", "--sync", *last, "keydown", "ctrl", "click", 4, "click", 4, "keyup", "ctrl")
    window.wait(lambda now: now["zoom"] > 1.4 * zoom)
    window.input("keydown", "ctrl", "click", 5, "keyup", "ctrl")
    window.wait(lambda now: now["zoom"] < 1.3 * zoom)
    assert window.close() == ""
