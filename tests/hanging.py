"""A test that hangs ends its process, which tells where each thread stands; a run with workers names it as failed.

pytest's own guard is let go of where a test fails, and what fails may leave behind what its teardown waits for; so it
is set anew for each part of a test, here. It needs no Python to be run, and no event loop, which may be what hangs.
"""

from __future__ import annotations

import faulthandler
import os

import pytest

STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STDERR] = os.dup(2)  # before what tests write is captured


def pytest_unconfigure(config: pytest.Config) -> None:
    faulthandler.cancel_dump_traceback_later()
    os.close(config.stash[STDERR])


def guard(item: pytest.Item) -> None:
    """From now on, for as long as pyproject.toml says; what is meant to run for hours may."""
    seconds = float(item.config.getini("faulthandler_timeout") or 0)
    if seconds and not any(mark.name in ("fuzz", "long") for mark in item.iter_markers()):
        faulthandler.dump_traceback_later(seconds, exit=True, file=item.config.stash[STDERR])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    guard(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    guard(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    guard(item)
