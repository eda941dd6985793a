"""Who collects Python's cycles, and in which thread."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.ui.app import snapshot
from bnsim.ui.window import garbage

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow


@pytest.fixture
def collecting_threads() -> Iterator[list[int]]:
    """The threads in which the cycle collector has run, one entry a collection."""
    threads: list[int] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            threads.append(threading.get_ident())

    gc.callbacks.append(note)
    yield threads
    gc.callbacks.remove(note)


def make_cycles(count: int) -> None:
    for _ in range(count):
        cycle: list[object] = []
        cycle.append(cycle)


def in_a_thread(call: Callable[[], None]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def destroy(window: MainWindow) -> None:
    window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_cycles_of_another_thread_are_collected_in_the_window_s_thread(
    open_window: Callable[..., MainWindow], small: bn.Experiment, collecting_threads: list[int], qtbot: QtBot
) -> None:
    open_window(small)
    collecting_threads.clear()
    in_a_thread(lambda: make_cycles(20_000))
    assert collecting_threads == []
    assert gc.get_count()[0] > 10_000
    qtbot.waitUntil(lambda: bool(collecting_threads))
    assert set(collecting_threads) == {threading.get_ident()}
    assert gc.get_count()[0] < 10_000


def test_without_a_window_python_collects_as_always(
    open_window: Callable[..., MainWindow], small: bn.Experiment, collecting_threads: list[int], qtbot: QtBot
) -> None:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # of tests before this one
    QApplication.processEvents()
    assert gc.isenabled()
    first, second = open_window(small), open_window(small)
    destroy(first)
    QApplication.processEvents()
    assert not gc.isenabled()
    destroy(second)
    qtbot.waitUntil(gc.isenabled)
    collecting_threads.clear()
    in_a_thread(lambda: make_cycles(20_000))
    assert collecting_threads
    assert threading.get_ident() not in collecting_threads


def test_after_a_snapshot_nothing_is_left_of_its_window(qapp: QApplication, tmp_path: Path) -> None:
    snapshot(tmp_path)
    assert gc.isenabled()
    assert not [each for each in qapp.topLevelWidgets() if each.objectName() == "window"]


def test_where_nothing_is_to_be_collected_a_window_does_not_either(
    open_window: Callable[..., MainWindow], small: bn.Experiment, qtbot: QtBot
) -> None:
    gc.disable()
    try:
        destroy(open_window(small))
        QApplication.processEvents()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_long_lived_cycles_are_collected_once_they_are_many(
    open_window: Callable[..., MainWindow], small: bn.Experiment, qtbot: QtBot
) -> None:
    open_window(small)
    gc.collect()
    collections = gc.get_stats()[2]["collections"]
    lists: list[list[object]] = [[] for _ in range(len(gc.get_objects()) // 2)]
    for each in lists:
        each.append(each)
    gc.collect(1)  # they are old now
    del lists, each
    old = len(gc.get_objects(generation=2))

    def grown_old() -> bool:
        make_cycles(1000)
        return gc.get_stats()[2]["collections"] > collections

    qtbot.waitUntil(grown_old)
    assert len(gc.get_objects(generation=2)) < 0.8 * old


def test_counting_objects_disturbs_no_thread_that_is_making_a_tuple() -> None:
    errors: list[SystemError] = []
    counted = threading.Event()

    def make_tuples() -> None:
        while not counted.is_set() and not errors:
            try:
                tuple([number] for number in range(300))
            except SystemError as error:
                errors.append(error)

    many = [[each] for each in range(20_000)]
    thread = threading.Thread(target=make_tuples)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        for _ in range(40):
            gc.collect(1)
            assert garbage._count_old() > len(many)
    finally:
        sys.setswitchinterval(interval)
        counted.set()
        thread.join()
    assert not errors
    assert gc.get_freeze_count() == 0
