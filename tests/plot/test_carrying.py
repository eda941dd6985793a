from __future__ import annotations

import base64
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import image

from bnsim.plot.carried import Carried
from bnsim.plot.figure import Figure
from bnsim.plot.writers import FORMATS, render, write
from bnsim.plot.writers.carrying import CARRIERS, MOST_BYTES, NAME, carried_in, with_carried
from bnsim.spec.errors import InputError
from tests.plot.samples import lines

FORMS = [format for format in FORMATS if format in CARRIERS]
CONTENT = b'{"version": 1, "lane": "\xce\xb3 > endstream endobj </metadata> IEND"}' * 50


@pytest.fixture(params=FORMS)
def format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def figure() -> Figure:
    return lines()


def test_what_a_picture_carries_comes_back_to_the_byte(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{format}"
    write(figure(), path, carried=Carried(content=CONTENT))
    assert carried_in(path) == CONTENT
    write(figure(), path)
    assert carried_in(path) is None


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_come_back(content: bytes) -> None:
    from bnsim.plot.writers import carrying

    for format, bare in _bare().items():
        assert carrying._FROM[format](with_carried(format, bare, Carried(content=content))) == content


def _bare(made: dict[str, bytes] = {}) -> dict[str, bytes]:  # noqa: B006  (made once)
    if not made:
        made.update({format: render(figure(), format, dpi=30.0) for format in FORMS})
    return made


def test_the_picture_is_the_same(tmp_path: Path) -> None:
    for content in (b"", CONTENT):
        write(figure(), tmp_path / f"{len(content)}.png", carried=Carried(content=content), dpi=50.0)
    bare, carrying = (image.imread(tmp_path / f"{size}.png") for size in (0, len(CONTENT)))
    assert (bare == carrying).all()


@pytest.mark.skipif(shutil.which("pdfdetach") is None, reason="poppler's tools are not installed")
def test_other_programs_list_it_as_an_attachment(tmp_path: Path) -> None:
    write(figure(), tmp_path / "figure.pdf", carried=Carried(content=CONTENT))
    done = subprocess.run(
        ["pdfdetach", "-list", "figure.pdf"], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert "1: moment.bnsim" in done.stdout
    assert done.stderr == ""
    subprocess.run(["pdfdetach", "-save", "1", "-o", "out", "figure.pdf"], cwd=tmp_path, check=True)
    assert (tmp_path / "out").read_bytes() == CONTENT
    drawn = subprocess.run(
        ["pdftoppm", "-r", "20", "-png", "figure.pdf"], cwd=tmp_path, capture_output=True, check=True
    )
    assert (len(drawn.stdout) > 0, drawn.stderr) == (True, b"")


def test_files_without_or_of_other_programs_carry_nothing(tmp_path: Path) -> None:
    for name in ("a.png", "a.svg", "a.pdf", "a.csv"):
        (tmp_path / name).write_bytes(b"something else")
        assert carried_in(tmp_path / name) is None
    with zipfile.ZipFile(tmp_path / "a.pptx", "w") as file:
        file.writestr("ppt/presentation.xml", "<p/>")
    assert carried_in(tmp_path / "a.pptx") is None


def test_damage_is_one_sentence(format: str, tmp_path: Path) -> None:
    whole = with_carried(format, render(figure(), format, dpi=30.0), Carried(content=CONTENT))
    path = tmp_path / f"figure.{format}"
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        try:
            assert carried_in(path) in (CONTENT, None) or format == "png"
        except InputError as error:
            assert str(error).count("\n") == 0


def test_what_unpacks_to_more_than_a_limit_is_refused(tmp_path: Path) -> None:
    svg = render(figure(), "svg")
    bomb = zlib.compress(bytes(MOST_BYTES + 1), 9)
    element = b'<bnsim:carried xmlns:bnsim="bnsim">' + base64.b64encode(bomb) + b"</bnsim:carried>"
    (tmp_path / "bomb.svg").write_bytes(svg.replace(b"</metadata>", element + b"</metadata>"))
    with pytest.raises(InputError, match="damaged"):
        carried_in(tmp_path / "bomb.svg")


@pytest.mark.parametrize("name", ["missing.png", ".", "n" * 5000 + ".svg"])
def test_what_cannot_be_read_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if path.suffix:
        with pytest.raises(InputError, match="Cannot open"):
            carried_in(path)


@pytest.mark.parametrize("harm", ["locked", "packed otherwise", "elements without an end"])
def test_harm_done_on_purpose_is_one_sentence(harm: str, tmp_path: Path) -> None:
    path = tmp_path / ("a.svg" if harm.startswith("elements") else "a.pptx")
    method = zipfile.ZIP_LZMA if harm == "packed otherwise" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(tmp_path / "a.pptx", "w", method) as file:
        file.writestr(f"bnsim/{NAME}", CONTENT)
    content = bytearray((tmp_path / "a.pptx").read_bytes())
    begin, listed = content.index(b"bnsim/") + len(f"bnsim/{NAME}"), content.rindex(b"PK\1\2")
    if harm == "locked":
        content[6] |= 1
        content[listed + 8] |= 1
    elif harm == "packed otherwise":
        content[begin + 9 : begin + 30] = b"\xff" * 21
    path.write_bytes(b'<bnsim:carried xmlns:bnsim="bnsim"' * 100_000 if path.suffix == ".svg" else bytes(content))
    if path.suffix == ".svg":
        assert carried_in(path) is None
    else:
        with pytest.raises(InputError, match="is damaged or cut short; export the picture again"):
            carried_in(path)


def test_a_renamed_file_gives_back_what_it_carries(format: str, tmp_path: Path) -> None:
    for other in (each for each in FORMS if each != format):
        path = tmp_path / f"renamed.{other}"
        path.write_bytes(with_carried(format, _bare()[format], Carried(content=CONTENT)))
        assert carried_in(path) == CONTENT


def test_a_file_that_was_cut_short_is_said_to_be(format: str, tmp_path: Path) -> None:
    whole, path = _bare()[format], tmp_path / f"cut.{format}"
    for size in (0, len(whole) // 2):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=f"cut.{format}: it is damaged or cut short; export the picture again"):
            carried_in(path)


def test_what_editors_make_of_a_file_still_gives_it_back(tmp_path: Path) -> None:
    """As Inkscape moves a namespace to the root of an SVG, and ImageMagick writes long and short texts of a PNG."""
    svg = with_carried("svg", _bare()["svg"], Carried(content=CONTENT)).replace(b' xmlns:bnsim="bnsim"', b"")
    (tmp_path / "edited.svg").write_bytes(svg.replace(b"<svg ", b'<svg xmlns:bnsim="bnsim" ', 1))
    assert carried_in(tmp_path / "edited.svg") == CONTENT
    png, text = _bare()["png"], base64.b64encode(CONTENT)
    for kind, body in ((b"tEXt", b"bnsim\0" + text), (b"iTXt", b"bnsim\0\1\0\0\0" + zlib.compress(text))):
        chunk = len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        end = png.rindex(b"IEND") - 4
        (tmp_path / "edited.png").write_bytes(png[:end] + chunk + png[end:])
        assert carried_in(tmp_path / "edited.png") == CONTENT


@pytest.mark.skipif(shutil.which("convert") is None, reason="ImageMagick is not installed")
def test_imagemagick_keeps_what_a_png_carries(tmp_path: Path) -> None:
    write(figure(), tmp_path / "figure.png", carried=Carried(content=CONTENT), dpi=50.0)
    subprocess.run(["convert", "figure.png", "-resize", "50%", "small.png"], cwd=tmp_path, check=True)
    assert carried_in(tmp_path / "small.png") == CONTENT
