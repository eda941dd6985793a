"""A picture that was exported brings its moment back: by a drop, from the menu, on the command line."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QMessageBox

import bnsim as bn
from bnsim.cli import main
from bnsim.plot.carried import Carried
from bnsim.plot.writers.carrying import CARRIERS, carried_in
from bnsim.runner.orders import Seek, TellPast
from bnsim.session.past import Past, carried, encode_past, past_of, read_past
from bnsim.spec.document import Document
from bnsim.ui.model import kept_data, recovery
from bnsim.ui.model.payloads import dropped_file
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def picture(small: bn.Experiment, path: Path) -> bn.Session:
    session = bn.Session(small)
    session.run(6)
    session.step("layer")
    bn.figures.gradient_by_depth(session).save(path, carried=carried(past_of(session)))
    return session


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_dropped_on_the_window_it_brings_the_moment_back_to_the_bit(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, suffix: str, qtbot: QtBot
) -> None:
    path = tmp_path / f"figure.{suffix}"
    session = picture(small, path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert dropped_file(mime) == str(path)
    window = open_window()
    window.files.open_dropped(str(path))
    back = compiled(window)  # NumPy's last bits are others
    assert back.moment == session.moment
    assert window.document.experiment == small
    assert not window.document.modified
    assert window.document.path is None
    for one, two in zip(session.lanes, back.lanes, strict=True):
        np.testing.assert_array_equal(one.value(1), two.value(1))
        for key, value in one.state_dict().items():
            np.testing.assert_array_equal(value, two.state_dict()[key])
    assert window.messages.message.text() == f"Opened figure.{suffix}: in iteration 7, to the bit"


def test_named_when_the_app_is_opened_it_brings_the_moment_back(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot
) -> None:
    session = picture(small, tmp_path / "figure.svg")
    window = open_window(tmp_path / "figure.svg")
    assert compiled(window).moment == session.moment


def test_one_that_carries_nothing_changes_nothing(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    bn.figures.gradient_by_depth(bn.Session(small)).save(tmp_path / "bare.svg")
    window = open_window(small)
    window.files.open_path(tmp_path / "bare.svg")
    assert "bare.svg: it carries no experiment" in window.messages.message.text()
    assert window.document.experiment == small


def test_the_runner_tells_how_its_run_came_where_it_is(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    session = compiled(window)
    window.runner.give(Seek(4))
    told: Future[Past] = Future()
    window.runner.give(TellPast(window.document.to_save, told))
    qtbot.waitUntil(told.done)
    assert told.result().document.experiment == small
    assert told.result().moment == session.moment != (0, 0)


def test_figures_of_the_command_line_carry_their_moment(small: bn.Experiment, tmp_path: Path) -> None:
    bn.save(small, tmp_path / "small.bnsim")
    arguments = [
        "run",
        str(tmp_path / "small.bnsim"),
        "--iterations",
        "3",
        "--figure",
        "loss",
        "--format",
        "png,svg,pdf",
    ]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    found = [path for path in tmp_path.iterdir() if path.suffix[1:] in CARRIERS]
    assert len(found) == 3
    assert all(carried_in(path) for path in found)


# Pictures of runs on a person's own data


def own_data(small: bn.Experiment, folder: Path, rows: int = 64) -> bn.Experiment:
    folder.mkdir(exist_ok=True)
    (folder / "own.csv").write_text("a,b,y\n" + "".join(f"{k / 7:.3f},{k / 3:.3f},{k % 2}\n" for k in range(rows)))
    return replace(small, data=bn.FileData(str(folder / "own.csv")))


def picture_with_data(experiment: bn.Experiment, path: Path, *, embedded: bool) -> Past:
    path.parent.mkdir(exist_ok=True)
    session = bn.Session(experiment)
    session.run(2)
    past = past_of(session, with_data=embedded)
    bn.figures.gradient_by_depth(session).save(path, carried=carried(past))
    return past


def test_data_in_the_picture_comes_along_and_goes_beside_the_document_that_is_saved(
    open_window: Opener, small: bn.Experiment, tmp_path: Path
) -> None:
    experiment = own_data(small, tmp_path / "home")
    past = picture_with_data(experiment, tmp_path / "away" / "it.png", embedded=True)
    content = (tmp_path / "home" / "own.csv").read_bytes()
    shutil.rmtree(tmp_path / "home")
    window = open_window(tmp_path / "away" / "it.png")
    settled(window)
    kept = window.document.experiment.data.path
    assert Path(kept).read_bytes() == content
    assert Path(kept).is_relative_to(kept_data.folder())
    assert compiled(window).moment == past.moment
    assert window.returning.question is None
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "own.csv").write_bytes(b"another one's")
    assert window.files._save_to(tmp_path / "new" / "it.bnsim")
    assert (tmp_path / "new" / "own.csv").read_bytes() == b"another one's"
    assert (tmp_path / "new" / "own-2.csv").read_bytes() == content
    assert msgspec.json.decode((tmp_path / "new" / "it.bnsim").read_bytes())["data"]["path"] == "own-2.csv"
    assert window.files._save_to(tmp_path / "new" / "it.bnsim")
    assert len([*(tmp_path / "new").iterdir()]) == 3


def test_data_beside_the_picture_is_used_if_it_is_the_same(
    open_window: Opener, small: bn.Experiment, tmp_path: Path
) -> None:
    experiment = own_data(small, tmp_path / "home")
    past = picture_with_data(experiment, tmp_path / "home" / "it.svg", embedded=False)
    window = open_window(tmp_path / "home" / "it.svg")
    settled(window)
    assert window.document.experiment == experiment
    assert compiled(window).moment == past.moment


def test_data_that_is_not_there_is_asked_for_and_known_by_its_hash(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    experiment = own_data(small, tmp_path / "home")
    past = picture_with_data(experiment, tmp_path / "away" / "it.pdf", embedded=False)
    own_data(small, tmp_path / "wrong", rows=60)
    own_data(small, tmp_path / "away", rows=62)
    window = open_window(small)
    window.files.open_path(tmp_path / "away" / "it.pdf")
    qtbot.waitUntil(lambda: window.returning.question is not None)
    assert "it.pdf was made with own.csv. Where is it?" in window.returning.question.text()
    assert past.digest[:8] in window.returning.question.informativeText()
    answer(window, tmp_path / "wrong" / "own.csv")
    qtbot.waitUntil(lambda: window.returning.question is not None)
    said = window.returning.question.informativeText()
    assert re.fullmatch(
        rf"own\.csv is not that data: the hash of its numbers is (?!{past.digest[:8]})[0-9a-f]{{8}}, "
        rf"that of the picture's is {past.digest[:8]}; choose another file\.",
        said,
    )
    answer(window, None)
    qtbot.waitUntil(lambda: window.returning.question is not None)
    assert window.document.experiment == small
    answer(window, tmp_path / "home" / "own.csv")
    qtbot.waitUntil(lambda: window.document.experiment == experiment)
    assert compiled(window).moment == past.moment
    window.files.open_path(tmp_path / "away" / "it.pdf")
    settled(window)
    assert window.returning.question is None, "the document has that data"


def test_a_question_for_data_can_be_left(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    picture_with_data(own_data(small, tmp_path / "home"), tmp_path / "away" / "it.png", embedded=False)
    window = open_window(small)
    window.files.open_path(tmp_path / "away" / "it.png")
    settled(window)
    assert window.returning.question is not None
    window.returning.question.reject()
    assert window.messages.message.text() == "it.png was not opened: its data is not here."
    assert window.document.experiment == small


def test_data_that_pictures_brought_is_pruned_but_never_what_is_needed(
    small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_data, "MOST_SETS", 3)
    digests = [f"{number:x}" * 32 for number in range(1, 9)]
    for number, digest in enumerate(digests):
        kept_data.keep(digest, {"own.csv": digest.encode()})
        used = time.time() - (9 - number) * kept_data.RESTED
        os.utime(kept_data.place_of(digest, "own.csv").parent, (used, used))
    opened, unsaved = (
        Document(experiment=replace(small, data=bn.FileData(str(kept_data.place_of(digest, "own.csv")))))
        for digest in digests[:2]
    )
    autosave = recovery.Autosave()
    autosave.keep(recovery.Work(unsaved))
    kept_data.prune([opened])
    assert {each.name for each in kept_data.folder().iterdir()} == {*digests[:2], *digests[-3:]}
    monkeypatch.setattr(kept_data, "MOST_BYTES", 40)
    kept_data.keep(digests[2], {"own.csv": b"used now"})
    kept_data.prune([opened])
    assert {each.name for each in kept_data.folder().iterdir()} == {*digests[:3], digests[-1]}
    autosave.remove()
    kept_data.prune([])
    assert {each.name for each in kept_data.folder().iterdir()} == {digests[2], digests[-1]}


def test_no_picture_says_where_its_data_is_looked_for(small: bn.Experiment, tmp_path: Path) -> None:
    past = past_of(bn.Session(small))
    for name in ("/etc/passwd", r"\\\\elsewhere\\share\\own.csv", "../own.csv"):
        document = replace(past.document, experiment=replace(small, data=bn.FileData(name, labels=name)))
        forged = encode_past(replace(past, document=document, digest="../../x", data=b"1", labels=b"2"))
        bn.figures.loss(bn.Session(small)).save(tmp_path / "it.svg", carried=Carried(content=forged))
        data = read_past(tmp_path / "it.svg").document.experiment.data
        assert (data.path, data.labels) == (name.replace("\\", "/").rsplit("/", 1)[1],) * 2
    assert kept_data.place_of("../../x", "own.csv").parent.parent == kept_data.folder()
    with pytest.raises(bn.InputError, match="no data file is called so"):
        kept_data.keep("ab", {"passwd": b"1"})


def settled(window: MainWindow) -> None:
    """Until the data that a picture names has been looked for."""
    window.settle()
    window.settle()


def answer(window: MainWindow, path: Path | None) -> None:
    window.returning._ask_data_file = lambda: path
    box = window.returning.question
    next(each for each in box.buttons() if box.buttonRole(each) is QMessageBox.ButtonRole.AcceptRole).click()
