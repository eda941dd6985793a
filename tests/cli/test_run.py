from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.cli import main
from bnsim.data.draws import held_out
from bnsim.figures import FIGURES, FigureKind
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.non_finite import NonFiniteSearch
from bnsim.session.past import Past, carried, past_of, read_past
from bnsim.spec.document import Document
from bnsim.spec.files import save_document
from bnsim.spec.watches import Watch

Capture = pytest.CaptureFixture[str]


def test_it_writes_the_figures_of_a_session_trained_so_long(
    file: str, small: bn.Experiment, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "made" / "here"
    assert main(["run", file, "--iterations", "5", "--format", "csv, SVG,csv", "--out", str(out)]) == 0
    files = [out / f"{name}.{suffix}" for name in FIGURES for suffix in ("csv", "svg")]
    assert set(out.iterdir()) == set(files)
    session = bn.Session(small, recording="all")
    session.run(5)
    for name, kind in FIGURES.items():
        kind(session).save(tmp_path / "wanted.csv", carried=carried(past_of(session)))
        assert (out / f"{name}.csv").read_text() == (tmp_path / "wanted.csv").read_text()
    printed = capsys.readouterr().out.splitlines()
    assert printed[: len(files)] == list(map(str, files))
    assert printed[-1] == f"with BN: loss {session.lanes[1].loss:.6g} after 5 iterations"


def test_it_writes_the_figures_that_are_named_once_each(file: str, tmp_path: Path) -> None:
    arguments = ["--figure", "gamma_beta", "gamma_beta", "--figure", "batch_statistics", "--format", "csv"]
    assert main(["run", file, "--iterations", "1", *arguments, "--out", str(tmp_path / "out")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"gamma_beta.csv", "batch_statistics.csv"}


def test_what_a_kind_needs_is_recorded(file: str, tmp_path: Path, made_up: FigureKind) -> None:
    arguments = ["--figure", made_up.name, "--format", "csv", "--out", str(tmp_path)]
    assert main(["run", file, "--iterations", "4", *arguments]) == 0
    rows = pd.read_csv(tmp_path / f"{made_up.name}.csv", comment="#")
    assert rows.shape == (4, 2)


def test_a_figure_that_is_named_and_has_nothing_to_draw_is_code_2(
    small: bn.Experiment, tmp_path: Path, capsys: Capture
) -> None:
    bn.save(replace(small, stacks=small.stacks[:1]), tmp_path / "plain.bnsim")
    arguments = ["run", str(tmp_path / "plain.bnsim"), "--iterations", "2", "--format", "csv", "--out"]
    assert main([*arguments, str(tmp_path / "some"), "--figure", "gamma_beta", "loss"]) == 2
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["loss.csv"]
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "bnsim: Nothing to draw in gamma_beta: Add a BatchNorm to see its γ and β."
    assert main([*arguments, str(tmp_path / "all")]) == 0
    assert (tmp_path / "all" / "gamma_beta.csv").exists()


def test_no_iteration_at_all_is_fine(file: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["run", file, "--iterations", "0", "--format", "csv", "--out", str(tmp_path)]) == 0
    assert ": loss " not in capsys.readouterr().out


def test_default_is_the_default_experiment_unless_a_file_is_called_so(
    small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["--iterations", "1", "--figure", "gradient_by_depth", "--format", "csv"]
    assert main(["run", "default", *arguments]) == 0
    assert "with BatchNorm: loss" in capsys.readouterr().out
    bn.save(small, "default")
    assert main(["run", "default", *arguments]) == 0
    assert "with BN: loss" in capsys.readouterr().out


def test_a_number_that_is_not_finite_is_said_and_is_the_exit_code(
    small: bn.Experiment, tmp_path: Path, capsys: Capture
) -> None:
    plain, other = small.stacks
    hot = replace(plain, layers=tuple(bn.Linear(2, init=bn.Normal(std=1e6)) for _ in range(8)))
    training = bn.Training(batch_size=16, precision="float32")
    bn.save(replace(small, training=training, stacks=(hot, other)), tmp_path / "hot.bnsim")
    arguments = ["--iterations", "4", "--format", "csv", "--out", str(tmp_path / "out")]
    assert main(["run", str(tmp_path / "hot.bnsim"), *arguments]) == 3
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    session = bn.Session(bn.load(tmp_path / "hot.bnsim"))
    session.run(1)
    assert session.stopped is not None
    assert line == f"bnsim: {session.stopped.sentence}; the run went on."
    assert line.startswith("bnsim: plain: first infinity, in ")
    assert " (iteration 0, forward, " in line
    assert {path.stem for path in (tmp_path / "out").iterdir()} == set(FIGURES)
    assert printed.out.splitlines()[-1].startswith("with BN: loss ")


@pytest.mark.parametrize("lowered", [False, True], ids=["flags", "flags lowered in the first lane's thread"])
def test_every_lane_in_which_it_comes_up_is_named(
    small: bn.Experiment, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, lowered: bool
) -> None:
    if lowered:
        search = NonFiniteSearch._run

        def run(own: NonFiniteSearch, lane: Lane, *rest: Any) -> Any:
            with monkeypatch.context() as patch:
                if lane.index == 0:
                    patch.setattr(type(lane.machine), "suspect", property(lambda machine: machine is not lane.machine))
                return search(own, lane, *rest)

        monkeypatch.setattr(NonFiniteSearch, "_run", run)
        monkeypatch.setattr(Lanes, "each", lambda lanes, work: [work(lane) for lane in lanes])
    layers = (bn.Linear(4), bn.Linear(2))
    stacks = (
        bn.Stack(name="a\x1b[31m", layers=layers, loss=bn.MSE()),
        bn.Stack(name="b", layers=layers, loss=bn.MSE()),
    )
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=1e6))
    bn.save(replace(small, training=training, stacks=stacks), tmp_path / "hot.bnsim")
    arguments = ["--iterations", "400", "--figure", "gradient_by_depth", "--format", "csv", "--out", str(tmp_path)]
    code, printed = main(["run", str(tmp_path / "hot.bnsim"), *arguments]), capsys.readouterr()
    assert code == 3, printed
    first, second = printed.err.splitlines()
    assert first.startswith("bnsim: a[31m: first ")
    assert second.startswith("bnsim: b: first ")


def test_a_number_that_is_not_finite_in_evaluation_alone_is_said_and_is_the_exit_code(
    tmp_path: Path, capsys: Capture
) -> None:
    kept_back = set(held_out(40, 0.25).tolist())
    rows = (f"{1e200 if row in kept_back else row % 7},{row % 5},{row % 2}" for row in range(40))
    (tmp_path / "far.csv").write_text("\n".join(rows), encoding="ascii")
    layers = (bn.Linear(4), bn.BatchNorm(), bn.ReLU(), bn.Linear(1))
    stacks = (
        bn.Stack(name="a", layers=layers, loss=bn.MSE()),
        bn.Stack(name="b", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(1)), loss=bn.MSE()),
    )
    data = bn.FileData(str(tmp_path / "far.csv"), task="regression", standardize=False, test_fraction=0.25)
    training = bn.Training(batch_size=10, precision="float64", evaluate_every=2, optimizer=bn.SGD(lr=1e-3))
    bn.save(bn.Experiment(data=data, training=training, stacks=stacks), tmp_path / "far.bnsim")
    arguments = ["--iterations", "6", "--figure", "loss", "--format", "csv", "--out", str(tmp_path)]
    assert main(["run", str(tmp_path / "far.bnsim"), *arguments]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line == ("bnsim: a: first infinity in eval mode, in ℓ of MSE (2 updates done, loss, mse); the run went on.")


def test_the_help_tells_the_exit_codes(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    assert "3 done, but a NaN or an infinity came up" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("kind", ["path", "labels", "folder above"])
def test_data_that_a_document_names_elsewhere_is_read_only_when_allowed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    (there / "it.csv").write_text("1,2,0\n3,4,1\n5,6,0\n7,8,1\n", encoding="ascii")
    named = {
        "path": bn.FileData(str(there / "it.csv")),
        "labels": bn.FileData("x-idx3-ubyte", labels=str(there / "it.csv")),
        "folder above": bn.FileData("../there/it.csv"),
    }[kind]
    stack = bn.Stack(layers=(bn.Linear(2),))
    bn.save(bn.Experiment(data=named, training=bn.Training(batch_size=2), stacks=(stack,)), here / "it.bnsim")
    monkeypatch.chdir(here)
    monkeypatch.setattr("bnsim.data.load", lambda _: pytest.fail("it was looked at"))
    arguments = ["run", "it.bnsim", "--iterations=1", "--figure=gradient_by_depth", "--format=csv", "--out=made"]
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert "it.csv" in said or "x-idx3-ubyte" in said
    assert "is not beside it and was not read; add --allow-data to read it" in said
    assert said.count("\n") == 1
    monkeypatch.undo()
    monkeypatch.chdir(here)
    if kind != "labels":
        assert main([*arguments, "--allow-data"]) == 0


def test_data_beside_the_document_is_read_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "it.csv").write_text("1,2,0\n3,4,1\n5,6,0\n7,8,1\n", encoding="ascii")
    stack = bn.Stack(layers=(bn.Linear(2),))
    training = bn.Training(batch_size=2)
    bn.save(bn.Experiment(data=bn.FileData("below/it.csv"), training=training, stacks=(stack,)), tmp_path / "it.bnsim")
    monkeypatch.chdir("/")
    arguments = ["--iterations=1", "--figure=gradient_by_depth", "--format=csv", f"--out={tmp_path / 'made'}"]
    assert main(["run", str(tmp_path / "it.bnsim"), *arguments]) == 0


def test_a_saved_run_goes_on(small: bn.Experiment, tmp_path: Path, capsys: Capture) -> None:
    session, whole = bn.Session(small), bn.Session(small, recording="all")
    session.run(5)
    session.save(tmp_path / "half.bnrun")
    whole.run(12)
    arguments = ["--figure", "loss", "saturation_by_depth", "--format", "csv", "--out", str(tmp_path / "out")]
    assert main(["run", str(tmp_path / "half.bnrun"), "--iterations", "7", *arguments]) == 0
    for name in ("loss", "saturation_by_depth"):
        FIGURES[name](whole).save(tmp_path / "wanted.csv", carried=carried(past_of(whole)))
        assert (tmp_path / "out" / f"{name}.csv").read_text() == (tmp_path / "wanted.csv").read_text()
    assert "after 12 iterations" in capsys.readouterr().out
    assert main(["run", "default", "--iterations", "1", "--figure", "loss", "--format", "csv", *arguments[-2:]]) == 0
    assert capsys.readouterr().out.endswith(" after 1 iteration\n")


def test_data_that_a_run_names_elsewhere_is_read_only_if_one_says_so(
    small: bn.Experiment, tmp_path: Path, capsys: Capture
) -> None:
    own, run = tmp_path / "own.csv", tmp_path / "away" / "it.bnrun"
    run.parent.mkdir()
    own.write_text("\n".join(f"{number * 0.37 % 1:.3f},{number * 0.73 % 1:.3f},{number % 2}" for number in range(40)))
    bn.Session(replace(small, data=bn.FileData(str(own)))).save(run)
    arguments = ["run", str(run), "--iterations", "1", "--figure", "loss", "--out", str(tmp_path)]
    assert main(arguments) == 2
    assert "is not beside it and was not read" in capsys.readouterr().err
    assert main([*arguments, "--allow-data"]) == 0


def test_how_a_run_came_where_it_is_is_worked_out_once(
    small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Document(experiment=small, watches=(Watch("loss"),))
    save_document(watched, tmp_path / "it.bnsim")
    made: list[Past] = []
    monkeypatch.setattr("bnsim.session.past.past_of", lambda *asked: made.append(past_of(*asked)) or made[0])
    arguments = ["--figure=loss", "--diagram=timeline", "--format=svg,gif", "--frames=2", "--iterations=2"]
    assert main(["run", str(tmp_path / "it.bnsim"), *arguments, f"--out={tmp_path}"]) == 0
    assert len(made) == 1
    for name in ("loss.svg", "timeline.svg"):
        assert read_past(tmp_path / name).document == watched
