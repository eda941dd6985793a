"""A display that is not there, or does not answer, is one sentence, before Qt would abort."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bnsim as bn
from bnsim.spec.errors import InputError
from bnsim.ui import display
from bnsim.ui.display import check_display, has_display, platforms

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is one")
NAMES = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No display is named."""
    for name in NAMES:
        monkeypatch.setenv(name, "")  # so that what a test's code sets is taken back
        monkeypatch.delenv(name)


@pytest.fixture
def compositor(tmp_path: Path) -> Iterator[str]:
    """The path of a socket that somebody listens to."""
    path = str(tmp_path / "wayland-5")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        yield path


DEAD = {
    "an X server that is not there": ({"DISPLAY": ":7391"}, "there is no X server at DISPLAY=':7391'"),
    "with a screen": ({"DISPLAY": ":7391.0"}, "there is no X server at DISPLAY=':7391.0'"),
    "over TCP": ({"DISPLAY": "localhost:7391"}, "there is no X server at DISPLAY='localhost:7391'"),
    "by its socket": ({"DISPLAY": "/tmp/none/org.x:0"}, "there is no X server at DISPLAY='/tmp/none/org.x:0'"),
    "what is no display": ({"DISPLAY": "nonsense"}, "DISPLAY='nonsense' is not the name of a display"),
    "a compositor that is not there": (
        {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "/tmp"},
        "nothing answers at WAYLAND_DISPLAY='wayland-9'",
    ),
    "by its path": ({"WAYLAND_DISPLAY": "/tmp/none"}, "nothing answers at WAYLAND_DISPLAY='/tmp/none'"),
    "a path too long for a socket": ({"WAYLAND_DISPLAY": f"/{'n' * 300}"}, "nothing answers at WAYLAND_DISPLAY="),
    "without a folder for it": ({"WAYLAND_DISPLAY": "wayland-9"}, "XDG_RUNTIME_DIR, where WAYLAND_DISPLAY='wayland-9'"),
    "both": (
        {"DISPLAY": ":7391", "WAYLAND_DISPLAY": "/tmp/none"},
        "that lets this user in and nothing answers at WAYLAND_DISPLAY='/tmp/none'",
    ),
    "asked for, and not named": ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "/tmp/none"}, "DISPLAY is not set"),
    "none at all": ({}, "there is no display; set DISPLAY"),
}


@pytest.mark.parametrize(("environment", "said"), DEAD.values(), ids=DEAD)
def test_a_dead_display_is_one_sentence(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        check_display()
    sentence = str(caught.value)
    assert sentence.startswith("The window cannot open: ")
    assert said in sentence
    assert sentence.endswith("or use 'bnsim run', which needs none.")


def test_a_living_display_is_taken_even_beside_a_dead_one(compositor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", compositor)
    check_display()
    assert "QT_QPA_PLATFORM" not in os.environ
    monkeypatch.setenv("WAYLAND_DISPLAY", Path(compositor).name)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(Path(compositor).parent))
    check_display()
    monkeypatch.setenv("DISPLAY", ":7391")
    check_display()
    assert os.environ["QT_QPA_PLATFORM"] == "wayland"


def test_a_living_x_server_is_found(x_display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", x_display)
    check_display()
    assert platforms() == ["xcb"]
    assert "QT_QPA_PLATFORM" not in os.environ


def test_an_x_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "ANSWER_SECONDS", 0.05)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        number = listening.getsockname()[1] - 6000
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{number}")
        with pytest.raises(InputError, match="does not answer"):
            check_display()


@pytest.mark.parametrize("platform", ["offscreen", "minimal:x", "vnc", "wayland;offscreen"])
def test_a_platform_that_needs_no_display_is_not_asked_for_one(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    check_display()
    assert has_display()


def ended(**environment: str) -> tuple[int, str]:
    """Exit code and standard error of the app."""
    root = str(Path(bn.__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": root, **environment}
    done = subprocess.run([sys.executable, "-m", "bnsim"], env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_the_app_ends_with_that_sentence() -> None:
    code, errors = ended(DISPLAY=":7391")
    assert (code, errors.count("\n")) == (2, 1)
    assert errors.startswith("bnsim: The window cannot open: there is no X server at DISPLAY=':7391'")


def test_without_fonts_the_app_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{tmp_path / 'none'}</dir><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>"
    )
    code, errors = ended(QT_QPA_PLATFORM="offscreen", FONTCONFIG_FILE=str(tmp_path / "fonts.conf"))
    assert (code, errors.count("\n")) == (2, 1)
    assert "no fonts are installed; install some with 'sudo apt-get install -y fonts-dejavu-core'" in errors
