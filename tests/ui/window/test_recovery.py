"""Nothing that was done is lost: not by a kill, not by a signal, not to another window or program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox

import bnsim as bn
from bnsim.runner.orders import LoadWeights, Order, Return, Seek, SetExperiment
from bnsim.spec.breakpoints import NonFinite
from bnsim.spec.document import Document as Contents
from bnsim.spec.files import encode_document, load_document
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.tree import weight_layers
from bnsim.ui.model import recovery
from bnsim.ui.model.document import Document
from bnsim.ui.model.held_file import hold
from bnsim.ui.model.recovery import Autosave, Work, left_work
from bnsim.ui.window import dialogs
from bnsim.ui.window.recovering import offer
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

ROOT = Path(__file__).parents[3]
Opener = Callable[..., "MainWindow"]


def take_signals() -> None:
    """Undo what nohup or a shell that ran the tests in the background left ignored, which the app would honor."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


class App:
    """The app in a process of its own, which has worked on a file and kept that (see `recovery_app`)."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.window.recovery_app", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            preexec_fn=take_signals if os.name == "posix" else None,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.told: dict[str, Any] = json.loads(line) if line else {}
        assert self.told, self.process.communicate()[1]

    def end(self, number: int) -> tuple[int, str]:
        """Exit code and standard error after that signal."""
        self.process.send_signal(number)
        _, errors = self.process.communicate()
        return self.process.returncode, errors


@pytest.fixture
def file(tmp_path: Path, small: bn.Experiment) -> Path:
    path = tmp_path / "net.bnsim"
    bn.save(small, path)
    return path


def press(box: QMessageBox | None, text: str) -> None:
    assert box is not None
    (button,) = (each for each in box.buttons() if each.text() == text)
    assert isinstance(button, QAbstractButton)
    button.click()
    QApplication.processEvents()


def kept(window: MainWindow, *, moment: tuple[int, int] = (0, 0)) -> Work:
    """What is kept of a window when it is left, as a kill would leave it."""
    window.autosave.keep_now()
    found = window.autosave._kept
    assert found is not None
    assert found.moment == moment
    return found


def edited(window: MainWindow, name: str) -> bn.Experiment:
    first, *others = window.document.experiment.stacks
    after = replace(window.document.experiment, stacks=(replace(first, name=name), *others))
    window.document.push(after, "rename")
    return after


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_after_a_kill_the_next_start_offers_the_work_and_restores_it_to_the_bit(
    open_window: Opener, qtbot: QtBot, file: Path
) -> None:
    app = App(file)
    assert left_work() == []  # as long as it lives
    app.end(signal.SIGKILL)
    window = open_window()
    box = offer(window, window, window.another_window)
    assert box is not None
    assert box.informativeText().startswith("net.bnsim: mine, with BN · iteration 7 · 1 breakpoint · today, ")
    press(box, "Restore")
    window.settle()
    assert encode_document(window.document.contents).decode() == app.told["document"]
    assert window.document.path == file
    assert window.document.modified
    session = compiled(window)
    assert session is not None
    # Its twins differ in last bits; and only what is shown tells that the kernels have computed all again.
    qtbot.waitUntil(lambda: window.update_shown.frame is not None and window.update_shown.frame.kernels_ready)
    window.settle()
    assert tuple(session.moment) == (7, 2)
    assert [lane.machine.state.tobytes().hex() for lane in session.lanes] == app.told["state"]
    assert session.breakpoints == window.document.breakpoints != ()
    window.document.undo_stack.undo()
    assert window.document.contents == load_document(file)
    window.document.undo_stack.redo()
    assert left_work() == []  # this window has it now
    window.close()
    assert left_work() == []
    assert not list(recovery.folder().rglob("*.lock"))


def test_a_signal_keeps_the_work_and_ends_the_app_at_once(file: Path) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is None:
            continue
        app = App(file)
        code, errors = app.end(number)
        said = [line for line in errors.splitlines() if not line.startswith("This plugin does not support")]
        assert code == 128 + number
        assert said == [f"bnsim: ended by {name}. What was not saved is kept; the next start offers it."]
        (left,) = left_work()
        assert left.work is not None
        assert encode_document(left.work.document).decode() == app.told["document"]
        assert left.work.moment == (7, 2)
        left.remove()


def test_the_iteration_is_said_as_the_window_says_it(open_window: Opener, file: Path) -> None:
    window = open_window(file)
    window.step("iteration")
    window.settle()
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.iteration == 1
    assert window.autosave.keep_now()
    (kept,) = (recovery.folder() / "unsaved").glob("*.json*")
    copied = kept.with_name("copied" + "".join(kept.suffixes))
    copied.write_bytes(kept.read_bytes())  # as another process would leave it
    window.close()
    again = open_window()
    box = offer(again, again, again.another_window)
    assert box is not None
    assert "iteration 1 ·" in box.text() + box.informativeText()
    press(box, "Remove")


def test_weights_multiplied_in_the_run_are_so_again(open_window: Opener, file: Path) -> None:
    window = open_window(file)
    window.step("iteration")
    window.scaler.open(weight_layers(window.document.experiment.stacks[0].layers))
    window.settle()
    window.scaler.slider.setValue(100)
    window.step("op")
    window.settle()
    assert window.autosave.keep_now()
    (path,) = (recovery.folder() / "unsaved").glob("*.json")
    work, there = recovery._read(path), compiled(window)
    assert there is not None
    assert work.changes == there.changes != ()
    again = open_window()
    again.recover(work)
    again.settle()
    session = compiled(again)
    assert session is not None
    assert (session.moment, session.changes) == (there.moment, there.changes)
    for mine, theirs in zip(session.lanes, there.lanes, strict=True):
        for key, value in theirs.state_dict().items():
            np.testing.assert_allclose(mine.state_dict()[key], value, rtol=1e-6)


def test_a_fork_is_there_again_where_it_stood_and_with_its_past(open_window: Opener, qtbot: QtBot, file: Path) -> None:
    window = open_window(file)
    qtbot.waitUntil(lambda: window.update_shown.frame is not None and window.update_shown.frame.kernels_ready)
    window.run_commands.seek(5)
    window.settle()
    stack = window.document.experiment.stacks[0].id
    changes = (bn.SetNumber("0.bias", (3,), 0.75), bn.OtherBatchMates((2,)))
    forked = fork_stack(window.document.experiment, stack, 5, "mine", changes)
    window.document.push(forked, "fork lane")
    window.settle()
    window.step("iteration")
    window.step("op")
    window.settle()
    assert window.autosave.keep_now()
    (path,) = (recovery.folder() / "unsaved").glob("*.json")
    work, there = recovery._read(path), compiled(window)
    assert there is not None
    assert work.moment == (6, 1)
    again = open_window()
    again.recover(work)
    qtbot.waitUntil(lambda: again.update_shown.frame is not None and again.update_shown.frame.kernels_ready)
    again.settle()
    session = compiled(again)
    assert session is not None
    assert again.document.experiment == forked
    for at in (None, 3, 5, 8):
        for each in (there, session):
            if at is not None:
                each.seek(at)
        assert session.moment == there.moment
        for mine, theirs in zip(session.lanes, there.lanes, strict=True):
            assert mine.machine.state.tobytes() == theirs.machine.state.tobytes()


def test_weights_that_were_loaded_are_told_to_be_lost(open_window: Opener, file: Path) -> None:
    window = open_window(file)
    window.step("iteration")
    window.settle()
    session = compiled(window)
    assert session is not None
    arrays = session.lanes[0].state_dict()
    path = file.with_name("weights.npz")
    np.savez(path, **arrays)  # type: ignore[arg-type]
    window.runner.give(LoadWeights(path, session.lanes[0].stack.id))
    window.step("iteration")
    window.settle()
    assert window.update_shown.loaded == ((1, 0),)
    (mark,) = window.update_shown.track.changes
    assert (mark.iteration, mark.short) == (1, "loaded")
    assert session.lanes[0].stack.name in mark.sentence
    assert window.autosave.keep_now()
    (kept,) = (recovery.folder() / "unsaved").glob("*.json")
    work = recovery._read(kept)
    assert work.loaded == (1,)
    again = open_window()
    again.recover(work)
    assert again.messages.message.text().startswith("The weights that were loaded at iteration 1 are lost")
    again.settle()
    assert again.update_shown.loaded == ()


def test_what_is_removed_is_gone_and_what_is_not_wanted_now_is_offered_again(open_window: Opener, file: Path) -> None:
    work = Work(load_document(file), str(file), moment=(3, 0))
    for _ in range(2):
        autosave = Autosave()
        autosave.keep(work)
        autosave.let_go()
    window = open_window()
    for answer, left in (("Not now", 2), ("Remove", 0)):
        press(offer(window, window, window.another_window), answer)
        found = left_work()
        assert len(found) == left
        for each in found:
            each.leave()
    assert offer(window, window, window.another_window) is None
    assert not window.document.modified


def test_what_several_windows_left_is_restored_in_as_many(
    open_window: Opener, qtbot: QtBot, file: Path, small: bn.Experiment
) -> None:
    for path in (str(file), "", ""):
        autosave = Autosave()
        autosave.keep(Work(load_document(file), path, moment=(2, 0)))
        autosave.let_go()
    window = open_window()
    opened: list[MainWindow] = []

    def another() -> MainWindow:
        opened.append(open_window())
        return opened[-1]

    press(offer(window, window, another), "Restore")
    assert len(opened) == 2
    paths = [each.document.path for each in (window, *opened)]
    assert sorted(paths, key=str) == [file, None, None]
    for each in (window, *opened):
        each.settle()
        assert each.document.experiment == small
        session = compiled(each)
        assert session is not None
        assert tuple(session.moment) == (2, 0)


def test_runs_that_nobody_edited_are_restored_side_by_side(open_window: Opener, qtbot: QtBot) -> None:
    for iteration in (2, 1):
        autosave = Autosave()
        autosave.keep(Work(Contents(experiment=bn.default_experiment()), "", moment=(iteration, 0)))
        autosave.let_go()
    window = open_window()
    opened: list[MainWindow] = []

    def another() -> MainWindow:
        opened.append(open_window())
        return opened[-1]

    box = offer(window, window, another)
    assert box is not None
    assert [line[:2] for line in box.informativeText().splitlines()] == ["• ", "• "]
    press(box, "Restore")
    assert len(opened) == 1
    found = []
    for each in (window, *opened):
        session = compiled(each)
        assert session is not None
        found.append(tuple(session.moment))
    assert sorted(found) == [(1, 0), (2, 0)]


def test_work_restored_before_the_first_paint_goes_on_where_it_stood(
    open_window: Opener, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = open_window().another_window()  # no event has been processed in it
    given: list[Order] = []
    give = beside.runner.give

    def look(order: Order) -> int:
        given.append(order)
        return give(order)

    monkeypatch.setattr(beside.orders, "_give", look)
    monkeypatch.setattr(beside.resuming, "_give", look)
    try:
        beside.recover(Work(load_document(file), moment=(2, 0)))
        with qtbot.waitExposed(beside):
            pass
        QApplication.processEvents()
        beside.settle()
        assert beside.runner.session is not None
        assert tuple(compiled(beside).moment) == (2, 0)
        assert [type(each) for each in given if isinstance(each, SetExperiment | Return)] == [SetExperiment, Return]
    finally:
        beside.close()


def test_a_cut_or_foreign_file_among_what_was_left_is_told_and_stops_nothing(open_window: Opener, file: Path) -> None:
    autosave = Autosave()
    autosave.keep(Work(load_document(file)))
    autosave.let_go()
    place = recovery.folder() / "unsaved"
    (good,) = place.glob("*.json")
    for number, content in enumerate((b"", good.read_bytes()[:-40], b"[]", b"\xff\x00")):
        (place / f"0{number}.json").write_bytes(content)
    window = open_window()
    box = offer(window, window, window.another_window)
    assert box is not None
    assert box.informativeText().count("cannot be read") == 4
    press(box, "Restore")
    assert window.document.experiment == load_document(file).experiment
    left = left_work()
    assert len(left) == 4  # not removed unasked
    for each in left:
        each.remove()


def test_nothing_is_kept_of_what_is_saved_or_never_begun(open_window: Opener, file: Path) -> None:
    window = open_window(str(file))
    assert not window.autosave.keep_now()
    edited(window, "other")
    assert kept(window).path == str(file)
    assert window.files.save()
    assert not window.autosave.keep_now()
    assert not list((recovery.folder() / "unsaved").iterdir())
    window.runner.give(Seek(2))
    window.settle()
    assert kept(window, moment=(1, window.update_shown.frame.ticks))  # type: ignore[union-attr]
    window.close()
    assert not list((recovery.folder() / "unsaved").iterdir())


def test_an_edit_is_kept_without_being_asked(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    after = edited(window, "other")
    window.breakpoints.add(NonFinite())

    def is_kept() -> bool:
        work = window.autosave._kept
        return work is not None and work.document.experiment == after and len(work.document.breakpoints) == 1

    qtbot.waitUntil(is_kept)


def test_where_nothing_can_be_kept_it_is_said_once(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, own_preferences: Path
) -> None:
    own_preferences.mkdir(parents=True, exist_ok=True)
    (own_preferences / "state").write_text("in the way")
    window = open_window(small)
    told: list[str] = []
    window.autosave.failed.connect(told.append)
    for name in ("other", "third"):
        edited(window, name)
        window.autosave.keep_now()
    qtbot.waitUntil(lambda: bool(told))
    (sentence,) = told
    assert sentence.startswith("Unsaved work is not kept for recovery (")
    (own_preferences / "state").unlink()


def test_an_end_of_the_desktop_session_keeps_the_work(open_window: Opener, qapp: Any, small: bn.Experiment) -> None:
    from bnsim.ui.window.ending import Ending

    window = open_window(small)
    edited(window, "other")
    ending = Ending(qapp)
    try:
        assert ending.keep_all()
    finally:
        ending.close()
    window.close_keeping()
    (left,) = left_work()
    assert left.work is not None
    assert left.work.document.experiment.stacks[0].name == "other"
    left.remove()


def test_two_windows_on_one_file_notice_each_other_and_the_second_save_asks(
    open_window: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    one = open_window(str(file))
    two = open_window()
    link = file.with_name("link.bnsim")
    link.symlink_to(file)
    two.files.open_path(link)
    qtbot.waitUntil(lambda: "also open in another window (process " in two.messages.message.text())
    qtbot.waitUntil(lambda: "was opened in another window, too" in one.messages.message.text())
    edited(one, "of one")
    assert one.files.save()
    asked: list[str] = []
    answers = iter(("cancel", "overwrite"))
    monkeypatch.setattr(dialogs, "ask_changed", lambda _parent, name: asked.append(name) or next(answers))
    edited(two, "of two")
    assert not two.files.save()
    assert load_document(file).experiment.stacks[0].name == "of one"
    assert two.files.save()
    assert load_document(file).experiment.stacks[0].name == "of two"
    assert asked == ["link.bnsim"] * 2
    assert two.files.save()  # nobody wrote to it since


def test_a_change_on_disk_is_said_and_never_saved_over_unasked(
    open_window: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, file: Path, small: bn.Experiment
) -> None:
    window = open_window(str(file))
    os.utime(file)  # written to, but nothing is different
    window.shared_file.look()
    assert not window.document.changed_on_disk
    bn.save(replace(small, training=bn.Training(batch_size=8)), file)
    qtbot.waitUntil(lambda: window.messages.message.text().startswith("net.bnsim was changed by another program."))
    edited(window, "mine")
    monkeypatch.setattr(dialogs, "ask_changed", lambda *_: "elsewhere")
    elsewhere = file.with_name("mine.bnsim")
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: elsewhere)
    assert window.files.save()
    assert load_document(file).experiment.training.batch_size == 8
    assert load_document(elsewhere).experiment.stacks[0].name == "mine"
    assert window.document.path == elsewhere


def test_what_changed_on_disk_since_the_crash_is_not_saved_over_unasked(file: Path, small: bn.Experiment) -> None:
    before = Document(small)
    before.open(file)
    mine = load_document(file).with_experiment(replace(small, training=bn.Training(batch_size=4)))
    for changed in (False, True):
        if changed:
            bn.save(replace(small, training=bn.Training(batch_size=8)), file)
        after = Document()
        after.recover(mine, file, before.digest, unread=False)
        assert after.changed_on_disk is changed
        assert after.contents == mine
        assert after.modified


def test_a_file_is_held_once_and_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.lock"
    held = hold(path)
    assert held is not None
    assert hold(path) is None
    held.release()
    assert not path.exists()
    again = hold(path)
    assert again is not None
    again.release()


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert left_work() == []
