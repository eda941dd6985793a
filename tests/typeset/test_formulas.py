"""Formulas become outlines without a window: marks, extents, and no Qt loaded on the way."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from bnsim.typeset import Path, font_file, typeset
from bnsim.typeset.formulas import _extent


def test_typesetting_marks_only_the_tensor() -> None:
    drawing = typeset(r"\frac{{\color{#000001}{x}} - m}{2}", 17.0)
    assert {stroke.mark for stroke in drawing.strokes} == {0, 1}
    assert [mark for mark, _ in drawing.zones] == [1]
    assert drawing.ascent > 0
    assert drawing.descent > 0


def sampled(path: Path) -> np.ndarray:
    """Points along a path, close to one another, shape (points, 2)."""
    t, at, out = np.linspace(0, 1, 400)[:, None], np.zeros(2), []
    for command, numbers in path.parts():
        points = np.array([at, *np.reshape(numbers, (-1, 2))])
        if command == "M":
            out.append(points[1:])
        elif command != "Z":
            curve = np.repeat(points[:, None], len(t), axis=1)
            while len(curve) > 1:  # de Casteljau
                curve = curve[:-1] * (1 - t) + curve[1:] * t
            out.append(curve[0])
        if numbers:
            at = np.array(numbers[-2:])
    return np.concatenate(out)


@pytest.mark.parametrize("latex", [r"\sigma^2", r"\hat{x} + \gamma", r"\sqrt{\frac{a}{b}}"])
def test_zones_reach_as_far_as_the_curves_do(latex: str) -> None:
    for stroke in typeset(latex, 20.0).strokes:
        points, box = sampled(stroke.path), _extent(stroke.path)
        np.testing.assert_allclose([box.x, box.y], points.min(axis=0), atol=1e-3)
        np.testing.assert_allclose([box.x + box.width, box.y + box.height], points.max(axis=0), atol=1e-3)


def test_outlines_grow_with_the_size() -> None:
    small, large = typeset(r"x_{i} = 1", 10.0), typeset(r"x_{i} = 1", 20.0)
    assert large.width == pytest.approx(2 * small.width, rel=0.02)
    assert [stroke.path.commands for stroke in large.strokes] == [stroke.path.commands for stroke in small.strokes]


def test_the_font_is_there() -> None:
    assert font_file().is_file()


def test_no_qt_is_needed() -> None:
    program = (
        "import sys, warnings; warnings.filterwarnings('ignore', 'path is deprecated', DeprecationWarning);"
        "from bnsim.typeset import typeset; assert 'ziamath' not in sys.modules;"
        "assert typeset('x', 10.0).strokes;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph', 'matplotlib'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_sign_of_a_number_is_close_to_it() -> None:
    minus = typeset("-", 20).width
    for loose, close in (("(1)", "(-1)"), ("[x, 1]", "[x, -1]"), (r"\left(1\right)", r"\left(-1\right)")):
        assert typeset(close, 20).width - typeset(loose, 20).width == pytest.approx(minus, abs=1.5)
    assert typeset("|a| - b", 20).width > typeset("|a| b", 20).width + minus + 5  # a difference has room
