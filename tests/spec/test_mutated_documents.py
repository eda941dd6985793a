"""Whatever becomes of a .bnsim file, it is read, or refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bnsim as bn
from bnsim.data import describe
from bnsim.spec import budget, files
from bnsim.spec.document import Document
from bnsim.spec.problems import find_problems
from tests.mutations import Mutations, refused
from tests.ui.choices import Choices

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.bnsim"))
DATA = describe(bn.XOR(samples=16))


def originals() -> list[bytes]:
    whole = files.encode_document(Document(experiment=bn.default_experiment()))
    others = (files.encode(Choices(seed).experiment()) for seed in range(20))
    return [*(path.read_bytes() for path in GOLDEN), whole, *others]


def read(content: bytes, folder: Path) -> None:
    """As a window does; what was read can be written, and is then the same."""
    path = folder / "it.bnsim"
    path.write_bytes(content)
    document = files.load_document(path)
    find_problems(document.experiment, DATA)
    assert files.decode_document(files.encode_document(document)) == document


def read_mutated(seed: int, count: int, folder: Path) -> None:
    mutations, valid = Mutations(seed), originals()
    for number in range(count):
        one, other = mutations.random.choice(valid), mutations.random.choice(valid)
        whole = mutations.random.random() < 0.7
        content = mutations.json(one, json.loads(other)) if whole else mutations.bytes(one, other)
        try:
            refused(lambda content=content: read(content, folder))
        except BaseException as error:
            error.add_note(f"seed {seed}, file {number}: {content[:3000]!r}")
            raise


def run_mutated(seed: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read runs, or is refused too; on a machine with little memory: what is large is soon too large."""
    monkeypatch.setattr(budget, "total_memory", lambda: 256 * budget.MIB)
    mutations, valid = Mutations(seed), originals()
    for number in range(count):
        content = mutations.json(mutations.random.choice(valid), json.loads(mutations.random.choice(valid)))
        try:
            refused(lambda content=content: run(files.decode(content)))
        except BaseException as error:
            error.add_note(f"seed {seed}, file {number}: {content[:3000]!r}")
            raise


def run(experiment: bn.Experiment) -> None:
    """A step in each direction, and the cards."""
    session = bn.Session(experiment, wait=False)
    try:
        session.step("op")
        session.step("layer")
        session.step_back("op")
        session.frame()
    finally:
        session.close()


def test_some_mutated_documents(tmp_path: Path) -> None:
    read_mutated(0, 300, tmp_path)


def test_some_mutated_documents_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run_mutated(0, 40, monkeypatch)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 6))
def test_many_mutated_documents_run(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    run_mutated(seed, 400, monkeypatch)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 21))
def test_many_mutated_documents(tmp_path: Path, seed: int) -> None:
    read_mutated(seed, 1000, tmp_path)
