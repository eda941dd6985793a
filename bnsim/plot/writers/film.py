"""Films: pictures one after the other, as an animated GIF through Pillow or as an MP4 through ffmpeg.

The same pictures give the same bytes, an MP4 with the same ffmpeg.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PIL import Image

from bnsim.plot.carried import NOTHING
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.writers import MOST_FRAMES
from bnsim.plot.writers.pictures import png
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count

Report = Callable[[int], None]
"""Told how many frames are drawn; what it raises ends the work."""

MOST_DPI = 144.0
"""A film is for a screen; finer ones would be large and slow."""
SECOND = 10
"""Frames in a second."""
HELD = 20
"""How many frames long the last one stays."""
_FILM = budget.Share("the film", budget.GIB, part=1 / 8, mend="take fewer frames or a smaller page")
_COLORS = 255
_SAMPLES = 4
"""Frames whose colors the palette of a GIF is made of, besides the last one."""


def page_of(style: Style) -> Style:
    """The style of every frame: names beside lines would jump from one place to another."""
    return replace(style, dpi=min(style.dpi, MOST_DPI), transparent=False, names="key").checked()


def refuse(format: str, frames: int, style: Style) -> None:
    """InputError for a film that cannot be made: too long, too large, or no ffmpeg for an MP4."""
    if not 1 <= frames <= MOST_FRAMES:
        raise InputError(f"Cannot make a film of {count(frames)} frames; use 1 to {MOST_FRAMES}.")
    width, height = (round(side * min(style.dpi, MOST_DPI)) for side in style.size)
    budget.request((frames + HELD if format == "gif" else 4) * 2 * width * height, _FILM)
    if format == "mp4":
        _ffmpeg()


def film(frames: Sequence[Figure | Diagram], format: str, style: Style, report: Report = lambda done: None) -> bytes:
    """A film of the frames, `format` "gif" or "mp4". InputError as `refuse`."""
    refuse(format, len(frames), style)
    frames = _of_one_size(frames)
    return {"gif": _gif, "mp4": _mp4}[format](frames, page_of(style), report)


def _of_one_size(frames: Sequence[Figure | Diagram]) -> Sequence[Figure | Diagram]:
    """Diagrams with room at the right and below, so that all are as large as the largest, and what stays is in place.

    Figures are as large as the page.
    """
    diagrams = [frame for frame in frames if isinstance(frame, Diagram)]
    if not diagrams:
        return frames
    width, height = max(each.width for each in diagrams), max(each.height for each in diagrams)
    return [replace(each, width=width, height=height) if isinstance(each, Diagram) else each for each in frames]


def _gif(frames: Sequence[Figure | Diagram], style: Style, report: Report) -> bytes:
    colors = _palette(frames, style)

    def indexed() -> Iterator[Any]:
        for number, frame in enumerate(frames):
            yield _in_colors(_raster(frame, style), colors)
            report(number + 1)

    made, written = indexed(), io.BytesIO()
    tenths = [1000 // SECOND] * (len(frames) - 1) + [HELD * 1000 // SECOND]
    next(made).save(
        written, "GIF", save_all=True, append_images=made, duration=tenths, loop=0, optimize=False, disposal=1
    )
    return written.getvalue()


def _palette(frames: Sequence[Figure | Diagram], style: Style) -> NDArray[np.int32]:
    """Colors of some of the frames, for all: what stays must not change from one to the next. The ground is among them.

    Shape (colors, 3).
    """
    step = max(1, len(frames) // _SAMPLES)
    sampled = [_raster(frame, style) for frame in (*frames[::step], frames[-1])]
    width, height = sampled[0].size
    together = Image.new("RGB", (width, height * len(sampled)))
    for number, each in enumerate(sampled):
        together.paste(each, (0, number * height))
    found = together.quantize(_COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).getpalette() or []
    ground = bytes.fromhex(style.colors().color("plot-background")[1:])
    return np.array([*ground, *found], np.int32).reshape(-1, 3)


def _in_colors(raster: Any, colors: NDArray[np.int32]) -> Any:
    """The picture in the nearest of those colors; Pillow's own search is not exact."""
    pixels = np.asarray(raster, np.int32)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    there, places = np.unique(packed, return_inverse=True)
    apart = np.stack([there >> 16, there >> 8 & 255, there & 255], axis=1)[:, np.newaxis] - colors
    nearest = np.square(apart).sum(axis=2).argmin(axis=1).astype(np.uint8)
    made = Image.fromarray(nearest[places].reshape(packed.shape), "P")
    made.putpalette(colors.astype(np.uint8).tobytes())
    return made


def _mp4(frames: Sequence[Figure | Diagram], style: Style, report: Report) -> bytes:
    program = _ffmpeg()
    size = "x".join(map(str, _raster(frames[-1], style).size))
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(SECOND), "-i", "-"]
    # Half of an image's colors are kept for every second pixel, so that both sides must be even.
    even = ["-vf", f"pad=ceil(iw/2)*2:ceil(ih/2)*2:color={style.colors().color('plot-background')},format=yuv420p"]
    same = ["-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
    with tempfile.TemporaryDirectory() as folder:
        target, told = Path(folder) / "film.mp4", Path(folder) / "told.txt"
        command = [program, "-nostdin", "-loglevel", "error", *source, *even, *_codec(program), *same]
        command += ["-movflags", "+faststart", str(target)]
        with (
            told.open("wb") as errors,
            suppress(BrokenPipeError),  # ffmpeg ended early, and says why
            subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors) as running,
        ):
            try:
                _feed(running, frames, style, report)
            except BrokenPipeError:
                raise
            except BaseException:
                running.kill()
                raise
        if running.returncode or not target.exists():
            said = told.read_text(errors="replace").strip().splitlines() or ["it did not say why"]
            raise InputError(f"Cannot make the film: ffmpeg says {said[-1][:200]!r}; write a GIF instead.")
        return target.read_bytes()


def _feed(running: Any, frames: Sequence[Figure | Diagram], style: Style, report: Report) -> None:
    content = b""
    for number, frame in enumerate(frames):
        content = _raster(frame, style).tobytes()
        running.stdin.write(content)
        report(number + 1)
    for _ in range(HELD - 1):
        running.stdin.write(content)
    running.stdin.close()


def _codec(program: str) -> list[str]:
    known = subprocess.run([program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False).stdout
    if "libx264 " in known:
        return ["-c:v", "libx264", "-crf", "18", "-preset", "medium"]
    return ["-c:v", "mpeg4", "-q:v", "2"]


def _ffmpeg() -> str:
    """The program, where it is found on the path; InputError where it is not."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise InputError("Cannot make an MP4: the program ffmpeg is not on this computer; install it, or write a GIF.")
    return program


def _raster(frame: Figure | Diagram, style: Style) -> Any:
    return Image.open(io.BytesIO(png(frame, style, NOTHING))).convert("RGB")
