"""What a picture carries says how one came to its moment, and nothing about whoever made it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.decks.making import provenance
from bnsim.session.past import (
    VERSION,
    Past,
    carried,
    decode_past,
    encode_past,
    past_of,
    processor,
    read_past,
    short_hash,
    source_of,
)
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.watches import Watch


def moved(small: bn.Experiment) -> bn.Session:
    session = bn.Session(small)
    session.run(3)
    session.scale_weights(3.0, lane="plain")
    session.run(2)
    session.step("layer")
    return session


def test_it_reads_back_and_leads_to_the_same_bits(small: bn.Experiment) -> None:
    session = moved(small)
    past = decode_past(encode_past(past_of(session)), "figure.png")
    assert past == past_of(session)
    assert past.is_to_the_bit
    assert past.told == "in iteration 6, to the bit"
    again = bn.Session(past.document.experiment)
    again.changes = past.changes
    again.run(past.moment.iteration)
    for _ in range(past.moment.tick):
        again.step("op")
    assert again.moment == session.moment
    for one, two in zip(session.lanes, again.lanes, strict=True):
        for key, value in one.state_dict().items():
            np.testing.assert_array_equal(value, two.state_dict()[key])


def test_the_same_moment_is_the_same_bytes(small: bn.Experiment) -> None:
    assert encode_past(past_of(moved(small))) == encode_past(past_of(moved(small)))


def test_nothing_of_where_a_data_file_was_goes_along(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(40, 3))
    rows[:, 2] = rows[:, 0] > 0
    path = tmp_path / "someone" / "own.csv"
    path.parent.mkdir()
    np.savetxt(path, rows, delimiter=",", header="a,b,c", comments="")
    stack = bn.Stack(name="plain", layers=(bn.Linear(2),))
    experiment = bn.Experiment(data=bn.FileData(str(path)), training=bn.Training(batch_size=8), stacks=(stack,))
    past = past_of(bn.Session(experiment))
    content = encode_past(past)
    assert b"someone" not in content
    assert b"own.csv" in content
    assert len(past.digest) == 64
    assert "own.csv, sha256 " + past.digest[:8] in carried(past).lines[-1]
    assert past_of(bn.Session(experiment), with_data=True).data == path.read_bytes()


def test_the_short_hash_tells_experiments_apart(small: bn.Experiment) -> None:
    other = replace(small, training=replace(small.training, seed=2))
    one, two = (short_hash(Document(experiment=each)) for each in (small, other))
    assert one != two
    assert one == short_hash(Document(experiment=small))
    watched = Document(experiment=small, watches=(Watch("loss"),))
    assert one == short_hash(watched), "what one looks at is no other experiment"


def test_what_stands_below_a_picture_is_the_same_for_the_same_document_wherever_it_is(
    small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words(folder: str) -> str:
        own = replace(small, data=bn.FileData(str(tmp_path / folder / "own.csv")))
        return source_of(Document(experiment=own))

    here = words("here")
    assert re.fullmatch(r"experiment [0-9a-f]{8} · seed 1", here)
    monkeypatch.setattr("bnsim.spec.files.__version__", "99.0")
    assert words("elsewhere") == here
    session = bn.Session(small)
    assert carried(past_of(session)).source == source_of(Document(experiment=small))
    assert short_hash(Document(experiment=small)) in provenance(session)


def test_where_it_is_not_to_the_bit_it_says_why(small: bn.Experiment) -> None:
    past = past_of(bn.Session(small))
    assert replace(past, made_by="0.0.1").told.startswith("at its start, to rounding: bnsim 0.0.1 wrote it")
    assert replace(past, processor="abacus").told.endswith("another kind of processor")
    assert replace(past, loaded=1).told.endswith("without the weights that were loaded by hand")


def test_an_iteration_that_is_done_is_no_longer_gone_through(small: bn.Experiment) -> None:
    session = bn.Session(small)
    session.run(2)
    session.step("layer")
    assert past_of(session).where == "in iteration 3"
    while not session.between_iterations:
        session.step("layer")
    assert session.moment.tick, "the last tick is no longer told from the first of the next iteration"
    past = past_of(session)
    assert past.where == "at the end of iteration 3"
    assert decode_past(encode_past(past), "figure.png") == past


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b'{"version": 1}', "damaged"),
        (b'{"version": %d}' % (VERSION + 1), "a newer bnsim"),
        (b'{"version": 1, "document": {"version": 99}}', "figure.png: it was saved by a newer bnsim"),
        (
            b'{"version": 1, "document": {"version": 1, "training": 5}}',
            r"damaged \(expected.*training\); export it again",
        ),
        (b'{"version": 1, "document": {}}', r"damaged \(it has no \"version\" at \$\); export it again"),
        (b'{"version": 1, "document": {}, "moment": [-1, 0]}', "damaged"),
    ],
)
def test_what_is_wrong_is_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        decode_past(content, "figure.png")
    assert "\n" not in str(caught.value)


def test_a_picture_without_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(4) + b"IEND" + bytes(4))
    with pytest.raises(InputError, match=r"photo\.png: it carries no experiment"):
        read_past(tmp_path / "photo.png")


def test_fields_of_the_file_are_those_of_the_record() -> None:
    own = {field.name for field in msgspec.structs.fields(Past)}
    assert set(msgspec.json.decode(encode_past(Past(document=Document())))) == own | {"version"}


def test_the_kind_of_processor_is_the_same_whatever_is_imported() -> None:
    said = set()
    for first in ("sys", "scipy.linalg"):
        code = f"import {first}; from bnsim.session.past import processor; print(processor())"
        said.add(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
    assert len(said) == 1
    assert said.pop().strip() == processor()
