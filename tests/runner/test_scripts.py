"""Scripts are written beside the run: other files do not wait, and a newer one takes the place of one under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bnsim as bn
from bnsim.interop import writing
from bnsim.runner.export import FileWriter

from .conftest import PATIENCE


def test_other_files_do_not_wait_and_the_last_script_is_written(
    small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()
    weights_written = threading.Event()
    said: list[tuple[str, str]] = []

    def notify(sentence: str, kind: str) -> None:
        said.append((sentence, kind))
        if "w.npz" in sentence:
            weights_written.set()

    def held(experiment: bn.Experiment, path: Path, *, going_on: Callable[[float], bool], **options: Any) -> Any:
        begun.set()
        assert go.wait(PATIENCE)
        return real(experiment, path, going_on=going_on, **options)

    real = writing.write_pytorch
    monkeypatch.setattr(writing, "write_pytorch", held)
    writer = FileWriter(notify)
    writer.write_pytorch(small, tmp_path / "one.py", "small", 2)
    assert begun.wait(PATIENCE)
    writer.write_weights({"a": bn.Session(small).lanes[0].state_dict()["0.bias"]}, tmp_path / "w.npz")
    assert weights_written.wait(PATIENCE)
    writer.write_pytorch(small, tmp_path / "two.py", "small", 2)
    monkeypatch.setattr(writing, "write_pytorch", real)
    second = writer._pools["bnsim-script"].submit(go.is_set)  # behind both
    go.set()
    assert second.result(PATIENCE)
    writer.close()
    assert ("The script was not written: it was given up.", "problem") in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["two.npz", "two.py", "w.npz"]
    assert not writer.busy


def test_closing_gives_a_script_up(small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def held(experiment: bn.Experiment, path: Path, *, going_on: Callable[[float], bool], **options: Any) -> Any:
        begun.set()
        assert go.wait(PATIENCE)
        return real(experiment, path, going_on=going_on, **options)

    real = writing.write_pytorch
    monkeypatch.setattr(writing, "write_pytorch", held)
    said: list[str] = []
    writer = FileWriter(lambda sentence, kind: said.append(sentence))
    writer.write_pytorch(small, tmp_path / "one.py", "small", 2)
    assert begun.wait(PATIENCE)
    closing = threading.Thread(target=writer.close)
    closing.start()
    while writer._scripts == 1:  # until it has begun to close
        threading.Event().wait(0.001)
    go.set()
    closing.join(PATIENCE)
    assert said[-1] == "The script was not written: it was given up."
    assert not list(tmp_path.iterdir())
