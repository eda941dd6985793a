"""`bnsim run --diagram`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from bnsim import BatchNorm, Experiment, Linear, Stack, Tanh, save
from bnsim.cli.command_line import main


@pytest.fixture
def file(tmp_path: Path) -> str:
    layers = Linear(8), BatchNorm(), Tanh(), Linear(10)
    path = tmp_path / "net.bnsim"
    save(Experiment(stacks=(Stack(name="plain", layers=(Linear(10),)), Stack(name="with BN", layers=layers))), path)
    return str(path)


def words(path: Path) -> list[str]:
    svg = ElementTree.parse(path)
    return ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]


def test_every_diagram_is_written_and_named(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["canvas", "canvas:contents=structure", "wave", "wave:phase=forward", "timeline"]
    tensors = ["tensor:lane=2,layer=2,name=1/s", "tensor"]
    out = tmp_path / "out"
    assert main(["run", file, "--iterations", "3", "--out", str(out), "--diagram", *wanted, *tensors]) == 0
    names = [
        "canvas",
        "canvas-structure",
        "wave",
        "wave-forward",
        "timeline",
        "tensor-lane2-layer2-1-s",
        "tensor-value",
    ]
    told = capsys.readouterr().out.splitlines()
    assert told[-7:] == [str(out / f"{name}.svg") for name in names]
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{name}.svg" for name in names)
    assert "Linear 1" in words(out / "canvas.svg")
    assert any(text.startswith("iteration 3 · backward · ") for text in words(out / "wave.svg"))
    assert any(text.startswith("iteration 3 · forward · ") for text in words(out / "wave-forward.svg"))
    assert {"iteration", "3", "plain", "with BN"} <= set(words(out / "timeline.svg"))
    assert any(
        text.startswith("with BN · BatchNorm 1 · 8 units") for text in words(out / "tensor-lane2-layer2-1-s.svg")
    )


def test_films_of_the_wave_and_of_the_canvas_over_the_training(file: str, tmp_path: Path) -> None:
    given = ["run", file, "--iterations", "4", "--format", "gif", "--frames", "3", "--out", str(tmp_path)]
    assert main([*given, "--diagram", "wave", "canvas", "timeline", "tensor:layer=1,name=weight"]) == 0
    for name, frames in (("wave", 3), ("canvas", 3), ("timeline", 3), ("tensor-weight", 3)):
        with Image.open(tmp_path / f"{name}.gif") as film:
            assert getattr(film, "n_frames", 1) == frames, name
    assert not list(tmp_path.glob("*.svg"))


def test_the_run_stands_where_it_stood(file: str, tmp_path: Path) -> None:
    both = ["run", file, "--iterations", "3", "--figure", "loss", "--format", "csv,svg", "--out"]
    assert main([*both, str(tmp_path / "a")]) == main([*both, str(tmp_path / "b"), "--diagram", "wave"]) == 0
    assert (tmp_path / "a/loss.csv").read_bytes() == (tmp_path / "b/loss.csv").read_bytes()
    assert not (tmp_path / "b/wave.csv").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ["nothing"],
            "There is no diagram 'nothing'; choose from canvas, wave, timeline, tensor, equation, chain, graph, axes, "
            "why.",
        ),
        (["canvas:contents=all"], "The diagram 'canvas' cannot have contents=all: contents is one of values,"),
        (["timeline:x=1"], "The diagram 'timeline' has no option 'x'; it has none."),
        (["canvas:"], "Cannot read the diagram 'canvas:'; write NAME:option=value"),
        (["tensor:lane=3"], "There is no lane 3: there are 2; choose another one with lane=."),
        (["tensor:layer=2"], "There is no layer 2 in plain: it has 1; choose one with layer=."),
        (["tensor:name=σ²"], "Linear 1 of plain has no array 'σ²'; choose from value, "),
        (["canvas", "--format", "csv"], "A diagram cannot be written as csv; choose --format from png, svg, pdf"),
    ],
)
def test_mistakes_are_one_sentence(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert main(["run", file, "--iterations", "1", "--out", str(tmp_path), "--diagram", *given]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("format", "findings"), [("svg", []), ("gif", []), ("svg,gif", ["--findings"])])
def test_what_cannot_be_made_is_named_and_the_others_are_written(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str, findings: list[str]
) -> None:
    out = tmp_path / "out"
    given = ["chain:lane=3", "timeline", "tensor:layer=2", "canvas"]
    looks = ["--iterations", "1", "--frames", "2", "--format", format, "--out", str(out), *findings]
    assert main(["run", file, *looks, "--diagram", *given]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if "is not made" in line] == [
        "bnsim: chain-lane3 is not made: There is no lane 3: there are 2; choose another one with lane=.",
        "bnsim: tensor-layer2-value is not made: There is no layer 2 in plain: it has 1; choose one with layer=.",
    ]
    formats = format.split(",")
    written = {f"{name}.{suffix}" for name in ("timeline", "canvas") for suffix in formats}
    assert {path.name for path in out.iterdir()} == written


def test_figures_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures"]) == 0
    told = capsys.readouterr().out
    assert "  canvas: the stacks as cards, as in the window" in told
    assert "    wave:phase=backward|forward|update: which pass" in told
