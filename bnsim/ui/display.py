"""Whether this machine can show a window, asked before Qt is, which aborts where it cannot and does not say why."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from bnsim.spec.errors import InputError

NEEDS_NONE = "or use 'bnsim run', which needs none"
ANSWER_SECONDS = 15.0
"""An X server that has not answered by then, such as one on a machine that is not there, is given up."""
_CANNOT_PARSE = 5
"""libxcb's code for a DISPLAY that is none."""


def platforms() -> list[str]:
    """The platform plugins that Qt would try."""
    chosen = [name.partition(":")[0] for name in os.environ.get("QT_QPA_PLATFORM", "").split(";") if name]
    if chosen:
        return chosen
    wayland = ["wayland"] if os.environ.get("WAYLAND_DISPLAY") else []
    return ["xcb", *wayland] if os.environ.get("DISPLAY") or not wayland else wayland


def has_display() -> bool:
    """Whether a display is named, or none is needed; whether it answers, `check_display` finds out."""
    if not sys.platform.startswith("linux"):
        return True
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(named or any(_dead_of(name) is None for name in platforms()))


def check_display() -> None:
    """InputError if no display is named, or none of those named answers. If only one does, Qt is told to take that."""
    if not sys.platform.startswith("linux"):
        return
    if not has_display():
        raise InputError(f"The window cannot open: there is no display; set DISPLAY, {NEEDS_NONE}.")
    why: list[str] = []
    for name in platforms():
        dead = _dead_of(name)
        if dead is None or not (reason := dead()):
            if why:
                os.environ["QT_QPA_PLATFORM"] = name
            return
        why.append(reason)
    raise InputError(
        f"The window cannot open: {' and '.join(why)}; start that display, name one that runs, {NEEDS_NONE}."
    )


def check_fonts() -> None:
    """InputError if no fonts are installed: all text would be empty boxes."""
    if sys.platform.startswith("linux") and not _count_fonts():
        raise InputError(
            "The window cannot open: no fonts are installed; install some with "
            "'sudo apt-get install -y fonts-dejavu-core'."
        )


def _dead_of(platform: str) -> Callable[[], str] | None:
    """What says why a platform's display cannot be used, "" if it can; None for a platform that needs none."""
    if platform == "xcb":
        return _why_x_is_dead
    return _why_wayland_is_dead if platform.startswith("wayland") else None


def _why_x_is_dead() -> str:
    """Asked of libxcb, as Qt does: it knows every form of DISPLAY, and whether the server lets this user in."""
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "DISPLAY is not set"
    codes: list[int] = []
    asking = threading.Thread(target=lambda: codes.append(_x_error(display)), name="bnsim-display", daemon=True)
    asking.start()
    asking.join(ANSWER_SECONDS)
    if not codes:
        return f"the X server of DISPLAY={display!r} does not answer"
    if codes[0] == _CANNOT_PARSE:
        return f"DISPLAY={display!r} is not the name of a display"
    return f"there is no X server at DISPLAY={display!r} that lets this user in" if codes[0] else ""


def _x_error(display: str) -> int:
    """What libxcb says is wrong with a connection, 0 for nothing."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:  # then what Qt lacks is told
        return 0
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(os.fsencode(display), None))
    try:
        return int(xcb.xcb_connection_has_error(connection))
    finally:
        xcb.xcb_disconnect(connection)


def _why_wayland_is_dead() -> str:
    if os.environ.get("WAYLAND_SOCKET"):  # a connection that is already made
        return ""
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if not folder and not os.path.isabs(name):
        return f"XDG_RUNTIME_DIR, where WAYLAND_DISPLAY={name!r} would be, is not set"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(ANSWER_SECONDS)
        try:
            asking.connect(str(Path(folder, name)))
        except (OSError, ValueError):
            return f"nothing answers at WAYLAND_DISPLAY={name!r}"
    return ""


class _FontSet(ctypes.Structure):
    """fontconfig's FcFontSet."""

    _fields_ = (("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.c_void_p))


def _count_fonts() -> int:
    """Fonts that fontconfig knows: Qt's own list names three families even where there is none."""
    try:
        fontconfig = ctypes.CDLL("libfontconfig.so.1")
    except OSError:  # then what Qt lacks is told
        return 1
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    fontconfig.FcInit()
    found = fontconfig.FcConfigGetFonts(None, 0)
    return int(found.contents.count) if found else 0
