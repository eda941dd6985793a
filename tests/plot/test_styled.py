"""What a style asks of a drawing."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import image
from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Rule, Series
from bnsim.plot.style import OPTIONS, STYLES, Style, style_named
from bnsim.plot.styled import styled, told_apart, without_theory
from bnsim.plot.writers import render
from bnsim.spec.errors import InputError
from tests.plot.samples import SAMPLES, X, bands, lines

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def two(*more: Series, **look: Any) -> Figure:
    plain = Series("plain", X, X, "lane0", label="plain", **look)
    other = Series("with BN", X, 2 * X, "lane1", label="with BN", **look)
    return Figure("two", "Two", "so", Axis("x"), Axis("y"), (plain, other, *more))


def test_the_plain_style_leaves_a_figure_as_it_is() -> None:
    figure = lines()
    assert styled(figure, Style()) is figure


def test_without_theory_there_are_no_lines_to_hold_against() -> None:
    theory = Series("plain, theory", X, X + 1, "muted", line="dashed", theory=True)
    figure = replace(two(theory), caption="Points are layers. Dashed: theory, of wide networks. Dots are batches.")
    figure = replace(figure, marks=(*figure.marks, Rule(1.0, "unchanged")))
    bare = without_theory(figure)
    assert [line.name for line in bare.series] == ["plain", "with BN"]
    assert not bare.rules
    assert bare.caption == "Points are layers. Dots are batches."
    german = replace(figure, caption="Punkte sind Schichten. Grau: Theorie breiter Netze.")
    assert without_theory(german).caption == "Punkte sind Schichten."
    csv = render(figure, "csv", style=Style(theory=False)).decode()
    assert "theory" in render(figure, "csv").decode()
    assert "theory" not in csv


def test_in_gray_lines_have_dashes_and_markers() -> None:
    first, second = told_apart(two()).series
    assert (first.line, first.marker) == ("solid", "circle")
    assert (second.line, second.marker) == ("dashed", "square")


def test_in_gray_dashes_that_mean_something_stay() -> None:
    test = [Series(f"{name}, test", X, X + k, f"lane{k}", line="dashed") for k, name in enumerate(("plain", "with BN"))]
    found = told_apart(two(*test)).series
    assert [line.line for line in found] == ["solid", "solid", "dashed", "dashed"]
    assert [line.marker for line in found] == ["circle", "square"] * 2


def test_in_gray_lines_with_markers_of_their_own_stay() -> None:
    figure = lines()
    assert told_apart(figure) is figure


def test_a_caption_stands_below_the_plot_in_full() -> None:
    caption = "Each point is a weight layer; " * 12 + "the end."
    figure = replace(lines(), caption=caption)
    without, with_caption = (words(render(figure, "svg", style=Style(caption=each))) for each in (False, True))
    assert caption not in " ".join(without)
    assert caption in " ".join(with_caption)


def test_a_key_has_every_name_once() -> None:
    told = words(render(lines(), "svg", style=Style(names="key")))
    assert [told.count(name) for name in ("plain", "with BN", "float16 runs out")] == [1, 1, 1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_lies_behind_words_of_a_transparent_page(theme: Any) -> None:
    for make in SAMPLES.values():
        figure = make()
        if figure.color_scale is not None or "regions" in figure.name:
            continue
        style = Style(theme=theme, transparent=True)
        ground = 1.0 if theme == "light" else np.array(list(bytes.fromhex(style.colors().color("plot-background")[1:])))
        pixels = image.imread(io.BytesIO(render(figure, "png", style=style)))
        solid = pixels[..., 3] > 0.99
        same = np.abs(pixels[..., :3] - (ground if theme == "light" else ground / 255)).max(axis=-1) < 0.01
        assert not (solid & same).any()


def test_larger_type_makes_all_words_larger() -> None:
    def sizes(style: Style) -> list[float]:
        root = ElementTree.fromstring(render(bands(), "svg", style=style))
        return sorted(
            float(part.split("px")[0].split()[-1])
            for text in root.iter(f"{SVG}text")
            for part in [
                text.get("style", "").partition("font:")[2] or text.get("style", "").partition("font-size:")[2]
            ]
        )

    usual, larger = sizes(Style()), sizes(Style(type=1.5))
    assert larger[0] > 1.2 * usual[0]
    assert larger[-1] == pytest.approx(1.5 * usual[-1])


def test_a_gray_picture_has_no_hue() -> None:
    for make in SAMPLES.values():
        pixels = image.imread(io.BytesIO(render(make(), "png", dpi=50, style=Style(palette="gray"))))
        assert np.ptp(pixels[..., :3], axis=-1).max() < 0.01


def test_a_page_with_no_room_for_letters_is_refused() -> None:
    with pytest.raises(InputError, match="no word smaller than 50 points"):
        Style(least=50.0).checked()
    assert all(style.checked().least >= 7 for style in STYLES.values())


FROM = Carried(source="experiment 1a2b3c4d · seed 7")


@pytest.mark.parametrize("caption", [False, True])
def test_a_style_that_asks_for_it_says_which_experiment_it_is(caption: bool) -> None:
    style = Style(source=True, caption=caption)
    for picture in (lines(), Diagram("sketch", "Sketch", 300.0, 100.0)):
        assert FROM.source in words(render(picture, "svg", style=style, carried=FROM))
        assert FROM.source not in words(render(picture, "svg", style=style))
        assert FROM.source not in words(render(picture, "svg", carried=FROM))
    told = words(render(lines(), "svg", style=style, carried=FROM))
    assert (lines().caption in told) == caption


def test_fields_of_a_style_are_said_after_its_name() -> None:
    style = style_named("slide:caption=yes, title=off,font=DejaVu Serif,type=1.5,palette=gray")
    changed = replace(STYLES["slide"], caption=True, title=False, font="DejaVu Serif", type=1.5, palette="gray")
    assert style == changed
    assert style_named("slide") == STYLES["slide"]
    assert {*OPTIONS} | {"name", "size", "head"} == {*Style.__struct_fields__}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("poster", "no style 'poster'; choose from figure, slide"),
        ("slide:colour=3", "no 'colour=3' in a style; say FIELD=VALUE, with one of theme"),
        ("slide:caption", "no 'caption' in a style"),
        ("slide:caption=perhaps", "expected `bool`, got `str` at caption"),
        ("slide:type=x", "at type; correct"),
        ("slide:type=9", "9 times as large is out of range"),
        ("slide:font=Dejavu Sanz", r"no font 'Dejavu Sanz' on this machine; did you mean DejaVu Sans\b.*\?"),
        ("slide:font=\u2603", "no font '\u2603' on this machine; choose another one, such as DejaVu Sans"),
    ],
)
def test_what_no_style_has_is_one_sentence(said: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        render(lines(), "svg", style=said)
    assert "\n" not in str(caught.value)
