"""Tables as people have them: delimiters, decimals, headers, what is left out, classes by name, what targets are."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.data import Dataset, load
from bnsim.data import tables as reading_tables
from bnsim.spec.data_files import is_on_network, is_outside, kind_of

SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}


def table(folder: Path, content: str | bytes, name: str = "it.csv", **fields: Any) -> Dataset:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load(bn.FileData(str(path), standardize=False, **fields))


def refused(folder: Path, content: str | bytes, name: str = "it.csv", **fields: Any) -> str:
    with pytest.raises(bn.InputError) as caught:
        table(folder, content, name, **fields)
    message = str(caught.value)
    assert message.startswith("Cannot read ")
    assert "; " in message
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 700
    return message


# Delimiters, decimals, encodings


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("head", ["a{0}b{0}y\n", ""])
@pytest.mark.parametrize("said", ["auto", "said"])
def test_every_delimiter_is_found_or_said(tmp_path: Path, sign: str, head: str, said: str) -> None:
    text = (head + "1.5{0}2{0}0\n3{0}-4e-1{0}1\n").format(SIGNS[sign])
    found = table(tmp_path, text, delimiter=sign if said == "said" else "auto")
    assert np.array_equal(found.x, [[1.5, 2], [3, -0.4]])
    assert found.preview.reading.delimiter == sign
    assert found.preview.reading.header == ("yes" if head else "no")


@pytest.mark.parametrize("sign", ["semicolon", "tab", "pipe", "space"])
def test_decimal_commas(tmp_path: Path, sign: str) -> None:
    found = table(tmp_path, "1,5{0}0\n,25{0}1\n-3,{0}1\n".format(SIGNS[sign]))
    assert found.x.ravel().tolist() == [1.5, 0.25, -3.0]
    assert found.preview.reading.decimal == "comma"
    assert found.shape.classification


def test_decimal_commas_in_quotes_and_thousands_that_may_be_meant(tmp_path: Path) -> None:
    assert table(tmp_path, '"1,5","2,75",0\n"3,5","4",1\n').x.tolist() == [[1.5, 2.75], [3.5, 4.0]]
    assert "'1,234' is not a number at line 1, column 1" in refused(tmp_path, '"1,234",2,0\n"3,456",4,1\n')
    assert table(tmp_path, '"1,234",2,0\n"3,456",4,1\n', decimal="comma").x[0, 0] == 1.234


def test_a_point_among_decimal_commas_is_never_guessed_at(tmp_path: Path) -> None:
    assert "'1.234,5' is not a number" in refused(tmp_path, "2,5;0\n1.234,5;1\n")
    assert "'1.5' is not a number at line 2, column 1" in refused(tmp_path, "2,5;0\n1.5;1\n", decimal="comma")


@pytest.mark.parametrize("space", ["\u2009", "\u202f", "\u00a0"])
def test_spaces_that_set_off_thousands(tmp_path: Path, space: str) -> None:
    found = table(tmp_path, f"a;y\n12{space}345,5;0\n{space}\u22121{space}000;1\n")
    assert found.x.ravel().tolist() == [12345.5, -1000.0]


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_and_packing(tmp_path: Path, mark: str, packed: bool) -> None:
    content = "größe,art\r\n1.5,Löwe\r\n2.5,Ähre\r\n".encode(mark)
    assert mark != "utf-16" or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    name = "it.csv.gz" if packed else "it.csv"
    found = table(tmp_path, gzip.compress(content) if packed else content, name)
    assert found.names == ("größe",)
    assert found.class_names == ("Löwe", "Ähre")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "A.TXT", "iris.data", "a.dat", "a.csv.gz", "a.tsv.gz", "b.txt.gz"])
def test_endings_of_tables(tmp_path: Path, name: str) -> None:
    assert kind_of(name) == "table"
    content = b"1,2,0\n3,4,1\n"
    assert table(tmp_path, gzip.compress(content) if name.endswith(".gz") else content, name).shape.rows == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("t10k-images-idx3-ubyte", "idx"),
        ("t10k-images-idx3-ubyte.gz", "idx"),
        ("train.idx", "idx"),
        ("a.npz", "npz"),
        ("idx.csv", "table"),
        ("it.bnsim", ""),
        ("it.gz", ""),
        ("it", ""),
        ("it.png", ""),
    ],
)
def test_kinds_of_files_by_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_what_numpy_and_excel_put_before_the_rows(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "n.csv", np.eye(3) + 0.5, delimiter=",", header="first\na,b,c")
    found = load(bn.FileData(str(tmp_path / "n.csv"), standardize=False))
    assert found.names == ("a", "b")
    assert found.shape.rows == 3
    assert table(tmp_path, "sep=;\na;b\n1,5;0\n2,5;1\n").x.ravel().tolist() == [1.5, 2.5]


def test_trailing_delimiters_are_an_empty_column_that_is_left_out(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b,\n1.5,0,\n2.5,1,\n")
    assert found.x.ravel().tolist() == [1.5, 2.5]
    assert found.y.tolist() == [0, 1]
    assert "Column 3 is empty" in found.preview.reading.notes[0]


# Headers and row numbers


def test_a_header_that_counts_is_one(tmp_path: Path) -> None:
    found = table(tmp_path, "0,1,2\n1.5,2.5,0\n3.5,4.5,1\n")
    assert found.shape.rows == 2
    assert found.names == ("0", "1")
    assert "counts 0, 1, 2" in found.preview.reading.notes[0]
    assert table(tmp_path, "0,1,2\n1.5,2.5,0\n3.5,4.5,1\n", header="no").shape.rows == 3
    assert table(tmp_path, "0,1,2,3,4\n1,2,3,4,0\n4,3,2,1,1\n").shape.rows == 2
    assert table(tmp_path, "0,1,species\n1.5,2.5,a\n3.5,4.5,b\n").names == ("0", "1")


@pytest.mark.parametrize("text", ["0,1\n0.5,2\n1,3\n", "0,1,2\n3,4,1\n5,6,0\n", "0,2,1\n1.5,2.5,0\n3.5,4.5,1\n"])
def test_rows_of_numbers_stay_rows(tmp_path: Path, text: str) -> None:
    assert table(tmp_path, text).shape.rows == 3


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("head", ["", '""', "Unnamed: 0"])
def test_row_numbers_without_a_name_are_left_out_and_said(tmp_path: Path, first: int, head: str) -> None:
    text = f"{head},a,b,y\n" + "".join(f"{first + i},{i}.5,{i},{i % 2}\n" for i in range(4))
    found = table(tmp_path, text)
    assert found.names == ("a", "b")
    assert found.x[1].tolist() == [1.5, 1.0]
    assert "counts the rows: it is left out" in found.preview.reading.notes[0]
    assert found.preview.reading.columns[0].use == "left out"


def test_what_does_not_count_to_the_end_is_an_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_tables, "SAMPLE", 64)
    rows = [f"{i if i < 90 else 7},{i}.5,{i % 2}\n" for i in range(100)]
    found = table(tmp_path, ",a,y\n" + "".join(rows))
    assert found.names == ("column 1", "a")
    assert found.x[95].tolist() == [7.0, 95.5]
    assert table(tmp_path, "5,6,y\n0,1.5,0\n1,2.5,1\n", header="yes").names == ("5", "6")


def test_pandas_writes_and_bnsim_reads(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [0.1, 0.2, 0.3], "b": [1, 2, 3], "kind": ["x", "y", "x"]})
    frame.to_csv(tmp_path / "with.csv")
    frame.to_csv(tmp_path / "without.csv", index=False)
    frame.to_csv(tmp_path / "german.csv", index=False, sep=";", decimal=",")
    for name in ("with.csv", "without.csv", "german.csv"):
        found = load(bn.FileData(str(tmp_path / name), standardize=False))
        assert found.names == ("a", "b")
        assert np.array_equal(found.x, [[0.1, 1], [0.2, 2], [0.3, 3]])
        assert (found.class_names, found.y.tolist()) == (("x", "y"), [0, 1, 0])


# Classes by name


def test_words_are_classes_in_alphabetical_order(tmp_path: Path) -> None:
    rows = ["5.1,3.5,virginica\n", "4.9,3.0,setosa\n", "6.0,2.2, versicolor \n", "5.0,3.3,setosa\n"]
    found = table(tmp_path, "".join(rows), "iris.data")
    assert found.class_names == ("setosa", "versicolor", "virginica")
    assert found.y.tolist() == [2, 0, 1, 0]
    assert found.preview.class_counts == (2, 1, 1)
    assert found.preview.class_names == found.class_names
    back = table(tmp_path, "".join(reversed(rows)), "iris.data")
    assert back.class_names == found.class_names
    assert back.y.tolist() == found.y.tolist()[::-1]


def test_words_in_an_npz(tmp_path: Path) -> None:
    for kind in ("U", "S"):
        np.savez(tmp_path / "it.npz", x=np.eye(3), y=np.array(["b", "a", "b"], dtype=kind))
        found = load(bn.FileData(str(tmp_path / "it.npz")))
        assert (found.class_names, found.y.tolist()) == (("a", "b"), [1, 0, 1])


def test_words_that_are_no_classes(tmp_path: Path) -> None:
    names = "".join(f"{i},name{i}\n" for i in range(50))
    assert "50 different ones in 50 rows" in refused(tmp_path, f"a,name\n{names}")
    assert "there is no value at line 3, column 2" in refused(tmp_path, "a,kind\n1,x\n2,\n3,y\n")
    assert "'blue' is not a number at line 4, column 2" in refused(tmp_path, "a,y\n1,0\n2,1\n3,blue\n4,1\n")
    assert "'x' is not a number at line 2" in refused(tmp_path, "a,kind\n1,x\n2,y\n", task="regression")
    np.savez(tmp_path / "it.npz", x=np.eye(2), y=np.array(["1", "b"]))
    with pytest.raises(bn.InputError, match="'b' in row 2, which is not a number; make it a classification"):
        load(bn.FileData(str(tmp_path / "it.npz"), task="regression"))


def test_true_and_false(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b,y\n1,True,False\n2,False,True\n")
    assert found.x.tolist() == [[1, 1], [2, 0]]
    assert found.class_names == ("False", "True")


# What targets are


def whole_targets(folder: Path, values: np.ndarray, **fields: Any) -> Dataset:
    np.savez(folder / "t.npz", x=np.arange(2.0 * len(values)).reshape(-1, 2), y=values)
    return load(bn.FileData(str(folder / "t.npz"), **fields))


@pytest.mark.parametrize(
    ("values", "classification"),
    [
        (np.arange(25, 347)[::2], False),  # such as the progression of diabetes: no 0, gaps, many
        (np.arange(100), True),  # such as CIFAR-100: every label is there
        (np.arange(1, 27), True),  # such as letters, counted from 1
        (np.arange(20, 81), False),  # such as ages
        (np.repeat(np.arange(3, 9), 9), True),  # such as marks given to wine: few
        (np.arange(21) * 2, False),
    ],
)
def test_whole_numbers_are_classes_by_a_rule_that_is_written_down(
    tmp_path: Path, values: np.ndarray, classification: bool
) -> None:
    found = whole_targets(tmp_path, values)
    assert found.shape.classification is classification
    notes = found.preview.reading.notes
    assert classification or "with gaps" in notes[0] or values[0] == 20


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_person_says_what_targets_are(tmp_path: Path, task: Any) -> None:
    found = whole_targets(tmp_path, np.array([-1, 1, 1, -1]), task=task)
    assert found.shape.classification is (task == "classification")
    assert found.class_names == (("-1", "1") if task == "classification" else ())
    assert found.y.ravel().tolist() == ([0, 1, 1, 0] if task == "classification" else [-1, 1, 1, -1])
    assert whole_targets(tmp_path, np.array([0.5, 2.0, 0.5]), task="classification").class_names == ("0.5", "2")
    assert table(tmp_path, "1,-1\n2,1\n", task=task).shape.classification is (task == "classification")
    assert table(tmp_path, "1,3\n2,3\n", task="regression").y.tolist() == [[3.0], [3.0]]


def test_constant_targets_are_a_regression_if_a_person_says_so(tmp_path: Path) -> None:
    assert "say that it is a regression" in refused(tmp_path, "1,3\n2,3\n")
    found = table(tmp_path, "1,3\n2,3\n", task="regression")
    session = bn.Session(
        bn.Experiment(
            data=bn.FileData(str(tmp_path / "it.csv"), task="regression"),
            training=bn.Training(batch_size=2),
            stacks=(bn.Stack(name="a", layers=(bn.Linear(1),), loss=bn.MSE()),),
        )
    )
    session.run(iterations=2)
    assert np.isfinite(session.lanes[0].loss)
    assert not found.shape.classification


# Arrays by other names


@pytest.mark.parametrize("names", [("x_train", "y_train"), ("X", "Y"), ("data", "target"), ("arr_0", "arr_1")])
def test_other_names_are_listed_and_offered(tmp_path: Path, names: tuple[str, str]) -> None:
    path = tmp_path / "it.npz"
    np.savez(path, **{names[0]: np.eye(3), names[1]: np.array([0, 1, 0]), "more": np.zeros(2)})
    with pytest.raises(bn.InputError) as caught:
        load(bn.FileData(str(path)))
    assert f"choose x_name={names[0]!r} and target={names[1]!r}" in str(caught.value)
    assert "more" in str(caught.value)
    found = load(bn.FileData(str(path), x_name=names[0], target=names[1]))
    assert found.shape.rows == 3
    assert found.preview.reading.arrays == ((names[0], (3, 3)), (names[1], (3,)), ("more", (2,)))


# Limits


def test_one_line_of_everything_is_refused_before_it_is_taken_apart(tmp_path: Path) -> None:
    import tracemalloc

    content = b"0," * reading_tables.MAX_LINE
    tracemalloc.start()
    message = refused(tmp_path, content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "one of its lines has 8,388,608 bytes, more than 4,194,304" in message
    assert most < 8 * len(content)
    assert "columns, more than 100,000" in refused(tmp_path, b"1," * 150_000 + b"1\n")


def test_a_packed_file_unpacks_no_further_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_tables, "MAX_BYTES", 2**16)
    assert "more than 65,536 bytes" in refused(tmp_path, gzip.compress(b"1,0\n2,1\n" * 2**14), "it.csv.gz")
    assert "broken or cut off" in refused(tmp_path, gzip.compress(b"1,0\n2,1\n")[:-6], "it.csv.gz")


def test_every_chunk_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_tables, "CHUNK", 9)
    rows = "".join(f"{i},{i}.5,{'ab'[i % 2]}\n" for i in range(20))
    found = table(tmp_path, "k,x,kind\n" + rows)
    assert found.x[:, 0].tolist() == list(range(20))
    assert found.class_names == ("a", "b")
    assert "'x' is not a number at line 19, column 1" in refused(tmp_path, "k,x,kind\n" + rows.replace("17,", "x,"))


@given(st.data())
def test_a_table_damaged_anywhere(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("table")
    content = bytearray(b"a;b;kind\n" + b"1,5;2;x\n-2,25;3;y\n" * 5)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "it.csv").write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        load(bn.FileData(str(folder / "it.csv")))
    except bn.InputError as error:
        assert "\n" not in str(error)


# Where a file is, by its name


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("\\\\host\\share\\it.csv", True),
        ("//host/share/it.csv", True),
        ("\\\\?\\UNC\\host\\it.csv", True),
        ("https://example.org/it.csv", True),
        ("file://host/it.csv", True),
        ("smb:\\\\host\\it.csv", True),
        ("C:\\data\\it.csv", False),
        ("/data/it.csv", False),
        ("data//it.csv", False),
        ("it.csv", False),
        ("", False),
    ],
)
def test_names_of_files_on_the_network(name: str, network: bool) -> None:
    assert is_on_network(name) is network


@pytest.mark.parametrize(
    ("name", "outside"),
    [("it.csv", False), ("sub/it.csv", False), ("../it.csv", True), ("sub/../../it.csv", True), ("/etc/it.csv", True)],
)
def test_names_outside_of_a_folder(tmp_path: Path, name: str, outside: bool) -> None:
    assert is_outside(name, tmp_path) is outside
    assert is_outside(name, None)
    assert not is_outside(str(tmp_path / "it.csv"), tmp_path)


WITH_TEXTS = "name,age,sex,survived,day\nAnn,22,f,1,2020-01-05\nBob,33.5,m,0,2020-02-05\nCy,4,m,1,2021-03-05\n"


@pytest.mark.parametrize(
    ("content", "inputs", "notes"),
    [
        (WITH_TEXTS, [[22.0], [33.5], [4.0]], ("Columns 1 (name), 3 (sex), 5 (day) hold words",)),
        ("Ann,1,0\nBob,2,1\n", [[1.0], [2.0]], ("Column 1 holds words, which no network reads: it is left out.",)),
        (
            "".join(f"{'w,' * 8}{row},{row % 2}\n" for row in range(4)),
            [[0.0], [1.0], [2.0], [3.0]],
            ("Columns 1, 2, 3, 4, 5, 6 and 2 more hold words",),
        ),
    ],
)
def test_columns_of_words_that_are_not_the_target_are_left_out_and_said(
    tmp_path: Path, content: str, inputs: list[list[float]], notes: tuple[str, ...]
) -> None:
    fields = {"target": "survived"} if content == WITH_TEXTS else {}
    found = table(tmp_path, content, **fields)
    assert found.x.tolist() == inputs
    reading = found.preview.reading
    assert all(note in reading.notes[0] for note in notes)
    left = [column for column in reading.columns if column.use == "left out"]
    assert {column.holds for column in left} == {"words"}


def test_words_below_columns_of_words_do_not_hide_a_slip_elsewhere(tmp_path: Path) -> None:
    said = refused(tmp_path, "Ann,1,0\nBob,2,1\nCy,oops,1\n")
    assert "'oops' is not a number at line 3, column 2" in said


def test_a_table_of_words_alone_has_no_inputs(tmp_path: Path) -> None:
    assert "no column of inputs that are numbers" in refused(tmp_path, "Ann,f,0\nBob,m,1\nCy,m,1\n")
