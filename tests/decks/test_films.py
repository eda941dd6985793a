"""Films: the same axes in all frames, the same bytes every time, and clear words where one cannot be made."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bnsim as bn
from bnsim.cli import main
from bnsim.cli.diagrams import diagrams_wanted, frames_of
from bnsim.decks.frames import frames, spread
from bnsim.plot.diagram import Box, Diagram, Words
from bnsim.plot.style import Style
from bnsim.plot.writers import film
from bnsim.spec.errors import InputError

SMALL = Style(size=(3.0, 2.1), dpi=51.0)
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def session(small: bn.Experiment) -> bn.Session:
    made = bn.Session(small, recording="all")
    made.run(8)
    return made


def test_frames_are_the_figure_after_each_iteration_on_axes_that_hold_all(session: bn.Session) -> None:
    made = frames(session, "loss", {}, [2, 8, 5])
    assert [figure.verdict for figure in made] == ["iteration 2", "iteration 5", "iteration 8"]
    assert [len(figure.series[0].x) for figure in made] == [2, 5, 8]
    assert {(figure.x.limits, figure.y.limits) for figure in made} == {(made[0].x.limits, made[0].y.limits)}
    alone = bn.figures.loss(session)
    assert made[0].x.limits == alone.x.limits
    assert session.iteration == 8


def test_a_film_of_what_stays_empty_has_no_frames(session: bn.Session) -> None:
    session.reset()
    assert frames(session, "loss", {}, [0]) == []


@pytest.mark.parametrize(("last", "most", "wanted"), [(5, 10, [1, 2, 3, 4, 5]), (100, 3, [1, 50, 100]), (0, 4, [0])])
def test_frames_are_spread_from_the_first_iteration_to_the_last(last: int, most: int, wanted: list[int]) -> None:
    assert spread(last, most) == wanted


def test_frames_of_all_sizes_become_a_film_in_which_what_stays_does_not_jump() -> None:
    small, wide = (Diagram("d", "D", width, 50.0, (Box(0.0, 0.0, 10.0, 10.0, fill="loss"),)) for width in (60.0, 100.0))
    with Image.open(io.BytesIO(film.film([small, wide, small], "gif", SMALL))) as opened:
        frames_shown = []
        for number in range(opened.n_frames):
            opened.seek(number)
            frames_shown.append(np.asarray(opened.convert("RGB")))
    assert len({each.tobytes() for each in frames_shown}) == 1
    assert frames_shown[0].shape == (76, 153, 3)


def test_an_equation_stands_still_while_its_numbers_change(session: bn.Session) -> None:
    (wanted,) = diagrams_wanted(["equation:layer=1,phase=backward"])
    made = frames_of(session, wanted, 5)
    assert len({(each.width, each.height) for each in made}) == 1
    names = [
        [(shape.x, shape.y) for shape in each.shapes if isinstance(shape, Words) and shape.text in ("db", "dW", "dx")]
        for each in made
    ]
    assert len(names[0]) >= 2
    assert all(each == names[0] for each in names)
    assert len({each.latex for each in made}) == len(made) == 5


def test_a_gif_has_its_frames_and_stays_at_the_last(session: bn.Session) -> None:
    made = frames(session, "gradient_by_depth", {}, [1, 4, 8])
    told: list[int] = []
    content = film.film(made, "gif", SMALL, told.append)
    assert content == film.film(made, "gif", SMALL)
    assert told == [1, 2, 3]
    with Image.open(io.BytesIO(content)) as opened:
        assert (opened.n_frames, opened.size) == (3, (153, 107))
        assert opened.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
        opened.seek(2)
        assert opened.info["duration"] == 2000


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg writes MP4 files")
def test_an_mp4_has_even_sides_and_is_the_same_bytes(session: bn.Session, tmp_path: Path) -> None:
    made = frames(session, "gradient_by_depth", {}, [1, 8])
    content = film.film(made, "mp4", SMALL)
    assert content == film.film(made, "mp4", SMALL)
    (tmp_path / "film.mp4").write_bytes(content)
    told = subprocess.run(["ffmpeg", "-i", tmp_path / "film.mp4"], capture_output=True, text=True, check=False).stderr
    assert "154x108" in told


def test_without_ffmpeg_it_is_said_before_the_training(
    file: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film.shutil, "which", lambda name: None)
    assert main(["run", file, "--format", "mp4"]) == 2
    said = capsys.readouterr().err
    assert (
        said == "bnsim: Cannot make an MP4: the program ffmpeg is not on this computer; install it, or write a GIF.\n"
    )


def test_what_ffmpeg_says_is_said(session: bn.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\necho no such codec >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(film.shutil, "which", lambda name: str(broken))
    with pytest.raises(InputError, match="ffmpeg says 'no such codec'; write a GIF instead"):
        film.film(frames(session, "loss", {}, [8]), "mp4", SMALL)


def test_too_long_a_film_is_refused() -> None:
    with pytest.raises(InputError, match="Cannot make a film of 601 frames; use 1 to 600"):
        film.refuse("gif", 601, SMALL)
    with pytest.raises(InputError, match=r"the film would take .* take fewer frames or a smaller page"):
        film.refuse("gif", 600, Style(size=(100.0, 100.0), dpi=144.0))


def test_bnsim_run_writes_films(file: str, tmp_path: Path, capsys: Capture) -> None:
    arguments = ["run", file, "--iterations", "4", "--figure", "loss", "--format", "gif,csv", "--frames", "2"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == [str(tmp_path / "loss.gif"), str(tmp_path / "loss.csv")]
    with Image.open(tmp_path / "loss.gif") as opened:
        assert opened.n_frames == 2
