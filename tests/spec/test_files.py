from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec import files
from tests.spec.experiments import experiments


@given(experiments)
def test_what_is_written_is_what_is_read(experiment: bn.Experiment) -> None:
    content = files.encode(experiment)
    assert files.decode(content) == experiment
    assert files.encode(files.decode(content)) == content


def test_save_and_load(tmp_path: Path) -> None:
    path = tmp_path / "twin.bnsim"
    bn.save(bn.default_experiment(), path)
    assert bn.load(path) == bn.default_experiment()
    assert [entry.name for entry in tmp_path.iterdir()] == ["twin.bnsim"]


def test_file_is_readable_json_with_a_version(tmp_path: Path) -> None:
    path = tmp_path / "twin.bnsim"
    bn.save(bn.default_experiment(), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["version"] == 1
    assert content["stacks"][0]["layers"][0]["kind"] == "Linear"


@given(st.binary(max_size=200))
def test_any_bytes_end_in_an_experiment_or_one_sentence(content: bytes) -> None:
    try:
        files.decode(content, "it.bnsim")
    except bn.InputError as error:
        assert str(error).startswith("Cannot open it.bnsim: ")
        assert "\n" not in str(error)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(experiments, st.data())
def test_any_wrong_value_ends_in_an_experiment_or_one_sentence(experiment: bn.Experiment, data: st.DataObject) -> None:
    content = json.loads(files.encode(experiment))
    where, key = content, data.draw(st.sampled_from(sorted(content)))
    while data.draw(st.booleans()) and isinstance(where[key], dict | list) and where[key]:
        where = where[key]
        key = data.draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
    where[key] = data.draw(json_values)
    try:
        files.from_builtins(content, "it.bnsim")
    except bn.InputError as error:
        assert str(error).startswith("Cannot open it.bnsim: ")
        assert " at $" in str(error)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda it: it["stacks"][1]["layers"][3].update(units="many"), "$.stacks[1].layers[3].units"),
        (lambda it: it["stacks"][1]["layers"][1].update(eps=-1.0), "$.stacks[1].layers[1].eps"),
        (lambda it: it["stacks"][0]["layers"][1].update(kind="Sigmoidal"), "$.stacks[0].layers[1]"),
        (lambda it: it["stacks"][0]["layers"][1].update(slope=2), "$.stacks[0].layers[1]"),
        (lambda it: it["training"].update(batch_size=0), "$.training.batch_size"),
        (lambda it: it["training"]["optimizer"].update(lr="fast"), "$.training.optimizer.lr"),
        (lambda it: it["data"].update(kind="Digit"), "$.data"),
        (lambda it: it.update(extra=1), "$"),
        (lambda it: it.update(version=99), "$.version"),
        (lambda it: it.update(version="1"), "$.version"),
        (lambda it: it.pop("version"), "$"),
        (lambda it: it.update(stacks=it["stacks"] * 4), "$.stacks"),
    ],
)
def test_an_error_names_the_place(change: Any, place: str) -> None:
    content = json.loads(files.encode(bn.default_experiment()))
    change(content)
    with pytest.raises(bn.InputError) as caught:
        files.from_builtins(content, "twin.bnsim")
    message = str(caught.value)
    assert "twin.bnsim" in message
    after = message.partition(f" at {place}")[2]
    assert message.count(f" at {place}") == 1
    assert after[:1] in {";", " ", ".", ","}


def test_an_error_in_the_json_names_line_and_column() -> None:
    with pytest.raises(bn.InputError, match="line 3 column"):
        files.decode(b'{\n  "version": 1,\n  "stacks": [,]\n}', "twin.bnsim")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b"null", b"3"])
def test_what_is_no_experiment_is_refused(content: bytes) -> None:
    with pytest.raises(bn.InputError, match=r"^Cannot open twin\.bnsim: "):
        files.decode(content, "twin.bnsim")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(bn.InputError, match="no such file"):
        bn.load(tmp_path / "none.bnsim")
    with pytest.raises(bn.InputError, match="is a directory"):
        bn.load(tmp_path)


def test_saving_where_it_cannot_be_leaves_the_old_file(tmp_path: Path) -> None:
    with pytest.raises(bn.InputError, match="Cannot save"):
        bn.save(bn.default_experiment(), tmp_path / "no such folder" / "twin.bnsim")
    (tmp_path / "taken").mkdir()
    with pytest.raises(bn.InputError, match="Cannot save"):
        bn.save(bn.default_experiment(), tmp_path / "taken")
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]


def test_a_file_larger_than_any_experiment_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.bnsim"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(bn.InputError, match=r"more than a \.bnsim file can have"):
        bn.load(path)


def test_data_beside_the_file_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (home / "my.csv").write_text("1,0\n2,1\n")
    bn.save(bn.Experiment(data=bn.FileData("my.csv")), home / "it.bnsim")
    monkeypatch.chdir(elsewhere)
    data = bn.load(home / "it.bnsim").data
    assert data == bn.FileData(str((home / "my.csv").resolve()))
    monkeypatch.chdir(home)
    assert bn.load("it.bnsim").data == bn.FileData("my.csv")


def test_data_that_is_nowhere_keeps_its_path(tmp_path: Path) -> None:
    for path in ("none.csv", "a\0b.csv"):
        bn.save(bn.Experiment(data=bn.FileData(path)), tmp_path / "it.bnsim")
        assert bn.load(tmp_path / "it.bnsim").data == bn.FileData(path)


def test_data_at_or_below_the_file_is_named_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home, elsewhere, home / "data"):
        folder.mkdir()
    monkeypatch.chdir(elsewhere)
    for name in ("my.csv", "data/my.csv"):
        (home / name).write_text("1,0\n2,1\n")
        bn.save(bn.Experiment(data=bn.FileData(name)), home / "it.bnsim")
        opened = bn.load(home / "it.bnsim")
        assert opened.data == bn.FileData(str((home / name).resolve()))
        bn.save(opened, home / "it.bnsim")
        assert json.loads((home / "it.bnsim").read_text())["data"]["path"] == name
        home.rename(tmp_path / "moved")
        assert bn.load(tmp_path / "moved" / "it.bnsim").data == bn.FileData(str((tmp_path / "moved" / name).resolve()))
        (tmp_path / "moved").rename(home)
        bn.save(opened, elsewhere / "it.bnsim")
        assert bn.load(elsewhere / "it.bnsim") == opened


def nested(depth: int) -> str:
    return '{"kind": "Residual", "layers": [' * depth + '{"kind": "ReLU"}' + "]}" * depth


def file_with(*layers: str) -> bytes:
    return f'{{"version": 1, "stacks": [{{"layers": [{", ".join(layers)}]}}]}}'.encode()


@pytest.mark.parametrize("depth", [65, 200, 300])
def test_blocks_nested_too_deeply_are_refused_in_one_sentence(depth: int) -> None:
    with pytest.raises(
        bn.InputError, match=r"the stack at \$.stacks\[0\] has blocks nested more than 64 deep; [^;]*\.$"
    ):
        files.decode(file_with(nested(depth)), "it")


def test_blocks_nested_as_deeply_as_can_be_open_and_run() -> None:
    first, last = (f'{{"kind": "Linear", "units": {units}}}' for units in (3, 10))
    experiment = files.decode(file_with(first, nested(64), last))
    session = bn.Session(experiment, wait=False)
    session.step("iteration")
    session.close()
    assert files.decode(files.encode(experiment)) == experiment


def test_layers_inside_blocks_are_counted_before_any_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: object) -> None:
        raise AssertionError("it was built")

    monkeypatch.setattr(files, "_converted", build)
    inside = f'{{"kind": "Residual", "layers": [{", ".join(["""{"kind": "Identity"}"""] * 1000)}]}}'
    with pytest.raises(bn.InputError, match="more than 2,000 layers"):
        files.decode(file_with(inside, inside), "it")


def test_what_earlier_versions_do_not_know_is_written_only_where_it_says_something() -> None:
    content = json.loads(files.encode(bn.default_experiment()))
    assert "gain" not in content["training"]
    assert all("training" not in stack for stack in content["stacks"])
    own = bn.Stack(training=bn.LaneTraining(optimizer=bn.SGD(lr=1.0)))
    content = json.loads(files.encode(bn.Experiment(training=bn.Training(gain=2.0), stacks=(own,))))
    assert content["training"]["gain"] == 2.0
    assert list(content["stacks"][0]["training"]) == ["optimizer"]
