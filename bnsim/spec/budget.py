"""How much memory this process may have, how much of it each purpose may take, and how much is taken.

Whoever is about to take much memory asks here first: `request` refuses in words what is too much, a `Share`'s `limit`
says how much a store that can do with less may grow to. What stays is registered as a `Holding`, so that the sessions
of all windows together keep within the memory there is: each gets the `room` that the others leave.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from bnsim.spec.errors import InputError

MIB = 1024 * 1024
GIB = 1024 * MIB


_processes = 1


def share_with(processes: int) -> None:
    """From now on this process is one of so many that work side by side: each may have its part of the memory."""
    global _processes
    _processes = processes


class Share(Struct, frozen=True):
    """What one purpose may take: `most` bytes, and of all memory at most `part`.

    `what` and `mend` are the words of a refusal: what would take it, and what to do.
    """

    what: str
    most: int
    part: float = 1.0
    mend: str = "make it smaller"

    @property
    def limit(self) -> int:
        """The most bytes it may take on this machine."""
        there_is = total_memory()
        return self.most if there_is is None else min(self.most, int(there_is * self.part / _processes))


TOGETHER = Share("what is open", sys.maxsize, part=3 / 4, mend="close another window")
"""The rest is for the program itself, for what is only there for a moment, and for others."""
SESSION = Share("this experiment", sys.maxsize, mend="lower the units, the depth, the batch size or the rows of data")
LANE = Share("a lane's numbers", 2 * GIB, mend="lower the units, the depth or the batch size")
EVALUATION = Share(
    "all rows at once, as BatchNorm without running statistics needs them,", 2 * GIB, mend="keep running statistics"
)
DATA = Share("the data", 2 * GIB, part=1 / 4, mend="take fewer rows or columns")
CHECKPOINTS = Share("checkpoints", 3 * GIB, part=1 / 8)
ROWS = Share("the records of one stretch of a run", 16 * MIB)
AGAIN = Share("a second copy of the lane, to compute where it came from,", 2 * GIB, mend="step instead")
HISTORY = Share("a lane's history", 64 * MIB)
EVALUATIONS = Share("a lane's measurements on held-out data", 4 * MIB)
SCRIPT = Share("the numbers beside a script", GIB, mend="ask for fewer iterations")
RUN = Share("a saved run", 4 * GIB, mend="close what is not needed")
FLOAT64_COPY = Share("a float64 copy of the stack", 3 * GIB, mend="make it narrower")


class Holding:
    """A number of bytes that something keeps. They are counted until it is released or the holding itself is gone."""

    def __init__(self, count: int = 0) -> None:
        self._number = next(_NUMBERS)
        _HELD[self._number] = count
        weakref.finalize(self, _HELD.pop, self._number, None).atexit = False

    @property
    def count(self) -> int:
        """How many bytes it holds now."""
        return _HELD[self._number]

    def change(self, count: int) -> None:
        """Hold that many bytes from now on, unasked."""
        _HELD[self._number] = count

    def grow(self, count: int, share: Share) -> None:
        """Hold that many bytes more; InputError as `request`, and nothing changed, if that is too much."""
        with _LOCK:
            request(count, share)
            self.change(self.count + count)

    def release(self) -> None:
        """Hold nothing any more."""
        self.change(0)


_NUMBERS = itertools.count()
_HELD: dict[int, int] = {}
"""Bytes by the number of their holding. Single reads and writes of a dict need no lock, and a holding may end at any
moment, in any thread."""
_LOCK = threading.Lock()
"""Two that ask at once must not both be given what is there for one."""


def held() -> int:
    """Bytes that are registered, by whatever is open in this process."""
    return sum(_HELD.copy().values())


def room() -> int:
    """Bytes that can be taken beside those that are held."""
    return max(TOGETHER.limit - held(), 0)


def request(count: int, share: Share) -> None:
    """Ask for `count` bytes before they are allocated; InputError, with the numbers, if that is too much."""
    limit = min(share.limit, TOGETHER.limit)
    if count > limit:
        raise InputError(
            f"There is not enough memory: {share.what} would take {in_words(count)}, "
            f"more than the {in_words(limit)} it may have; {share.mend}."
        )
    if count > room() and gc.isenabled():  # where it is off, no thread but the one that does it may collect
        gc.collect()
    if count > room():
        raise InputError(
            f"There is not enough memory: {share.what} would take {in_words(count)}, and {TOGETHER.what} takes "
            f"{in_words(held())} of the {in_words(TOGETHER.limit)} there is; {TOGETHER.mend}, or {share.mend}."
        )


def in_words(count: int) -> str:
    """A number of bytes as a person reads it, such as "1.5 GiB"."""
    for unit, size in (("GiB", GIB), ("MiB", MIB), ("KiB", 1024)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


@cache
def total_memory() -> int | None:
    """Bytes this process can have: the machine's memory, or what a container lets it have; None if nothing says."""
    known = [limit for limit in (_physical_memory(), *cgroup_limits()) if limit is not None]
    return min(known, default=None)


def cgroup_limits(root: Path = Path("/")) -> Iterator[int]:
    """What Linux control groups, of version 1 or 2, let this process have: the limit of its group and of those above.

    `root` is where /proc and /sys are found.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        number, controllers, group = line.split(":", 2)
        if number == "0" and not controllers:
            mounted, name = root / "sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            mounted, name = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        # Inside a container the group's path may be the host's, and its limit be found at the mount point.
        parts = [part for part in group.split("/") if part not in ("", "..")]
        for depth in range(len(parts) + 1):
            try:
                text = mounted.joinpath(*parts[:depth], name).read_text(encoding="ascii").strip()
            except OSError:
                continue
            if text.isdecimal():  # version 2 says "max" where there is no limit
                yield int(text)


def _physical_memory() -> int | None:
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not every system tells
        return None


def _windows_memory() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        """The MEMORYSTATUSEX structure of the Windows API."""

        _fields_ = [
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("total", ctypes.c_uint64),
            *((name, ctypes.c_uint64) for name in ("free", "pages", "free_pages", "virtual", "free_virtual", "rest")),
        ]

    status = Status(length=ctypes.sizeof(Status))
    found = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined,unused-ignore]
    return int(status.total) if found else None
