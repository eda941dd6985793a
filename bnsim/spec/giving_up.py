"""Giving up on the way what takes long and is not wanted any more: making data, measuring a costly figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class NotWantedError(Exception):
    """Whoever wanted it does not want it any more."""


def _always() -> bool:
    return True


_WANTED: ContextVar[Callable[[], bool]] = ContextVar("wanted", default=_always)


@contextmanager
def giving_up(wanted: Callable[[], bool]) -> Iterator[None]:
    """Inside, in this thread, what takes long asks now and then whether it is still wanted, else NotWantedError."""
    token = _WANTED.set(wanted)
    try:
        yield
    finally:
        _WANTED.reset(token)


def check() -> None:
    """Ask; NotWantedError if the answer is no."""
    if not _WANTED.get()():
        raise NotWantedError
