"""Whatever becomes of the file of a run, it is opened, or refused in one sentence, within bounds."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.session import Session
from bnsim.session.materials import Materials
from bnsim.session.run_file import read_run
from tests.mutations import Mutations, refused

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=48),
    training=bn.Training(batch_size=16, optimizer=bn.Adam(), evaluate_every=2),
    stacks=(bn.Stack(name="a", layers=(bn.Linear(3, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),),
)
MATERIALS = Materials()
MOST_MEMORY = 50 * 2**20


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("run") / "good.bnrun"
    session = Session(EXPERIMENT, materials=MATERIALS)
    session.run(20)
    session.save(path)
    return path.read_bytes()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def mutated(mutations: Mutations, content: bytes) -> bytes:
    """Mostly what is in the archive, as bytes of its own that are changed are refused at once by their sum."""
    one, parts = mutations.random, members(content)
    if one.random() < 0.2:
        return mutations.bytes(content)
    for name in one.sample(sorted(parts), one.choice((1, 1, 2))):
        if name.endswith(".npy"):
            parts[name] = mutations.bytes(parts[name], parts[one.choice(sorted(parts))])
        elif one.random() < 0.2:
            parts[name] = mutations.bytes(parts[name])
        else:
            parts[name] = mutations.json(parts[name])
    if one.random() < 0.1:
        del parts[one.choice(sorted(parts))]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if one.random() < 0.05 else zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def use(path: Path) -> None:
    """A run that is read can be gone on with, back and forth; one of another network is not made here."""
    run = read_run(path)
    if run.document.experiment != EXPERIMENT:
        return
    session = Session(EXPERIMENT, materials=MATERIALS, recording=run.facts.recording)
    try:
        session.restore(run)
        if session.recorded[0] < 1000 and session.iteration < 1000:
            session.step_back()
            session.run(1)
            session.track()
            session.frame()
    finally:
        session.close()


def use_mutated(seed: int, count: int, good: bytes, path: Path) -> None:
    mutations = Mutations(seed)
    for number in range(count):
        path.write_bytes(mutated(mutations, good))
        try:
            with np.errstate(all="ignore"):
                refused(lambda: use(path))
        except BaseException as error:
            error.add_note(f"seed {seed}, file {number}: {path}")
            raise


def test_some_mutated_runs(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "it.bnrun").write_bytes(good)
    assert refused(lambda: use(tmp_path / "it.bnrun")) == ""
    use_mutated(0, 150, good, tmp_path / "it.bnrun")


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 11))
def test_many_mutated_runs(good: bytes, tmp_path: Path, seed: int) -> None:
    use_mutated(seed, 1000, good, tmp_path / "it.bnrun")


@pytest.mark.fuzz
def test_mutated_runs_take_little_memory(good: bytes, tmp_path: Path) -> None:
    use_mutated(11, 20, good, tmp_path / "it.bnrun")
    tracemalloc.start()
    try:
        use_mutated(12, 500, good, tmp_path / "it.bnrun")
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
