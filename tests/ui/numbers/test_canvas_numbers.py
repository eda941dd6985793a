"""Cards, lane titles, the status line and the time line tell what the engine has, at every kind of moment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

import bnsim as bn
from bnsim.spec.breakpoints import LossBelow
from bnsim.spec.tree import walk
from tests.ui.reading import NUMBER, check, numbers, on_card, on_widget, plain, says, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from bnsim.session.lane import Lane
    from bnsim.ui.canvas.items.card import CardItem
    from tests.ui.numbers.conftest import Screen


def norm(array: np.ndarray) -> float:
    return float(np.linalg.norm(array.astype(np.float64)))


def share(lane: Lane, layer: bn.Layer, path: tuple[int, ...]) -> tuple[str, float] | None:
    """What a card says of an activation: the word, and how many percent."""
    y = lane.value(path)
    if isinstance(layer, bn.Sigmoid):
        return "saturated", 100 * float(np.mean(y * (1 - y) < 0.1 / 4))
    if isinstance(layer, bn.Tanh):
        return "saturated", 100 * float(np.mean(1 - y**2 < 0.1))
    if isinstance(layer, bn.ReLU):
        dead = float(np.mean((y == 0).all(axis=0)))
        return ("dead", 100 * dead) if dead else ("zero", 100 * float(np.mean(y == 0)))
    return None


def check_card(card: CardItem, lane: Lane, layer: bn.Layer, path: tuple[int, ...]) -> None:
    texts, words = on_card(card), card.words()
    value, gradient = lane.value(path), lane.gradient(path)
    shown = [text for text in texts if NUMBER.fullmatch(plain(text))]
    check(shown, [] if gradient is None else [norm(gradient)])
    assert ("gradient norm" in words) == (gradient is not None)
    if gradient is not None:
        assert says(re.search(r"gradient norm (\S+)", words).group(1), norm(gradient), 3)
    if value is not None:
        check(re.search(r"output from (\S+) to (\S+)", words).groups(), [value.min(), value.max()])
    said = " ".join(text for text in texts if "%" in text)
    flat = None if value is None else share(lane, layer, path)
    if flat is not None and (flat[1] >= 0.5 or flat[0] != "saturated"):
        assert flat[0][:3] in said
        check(numbers(said), [flat[1]])
    else:
        assert not said


def check_variance(card: CardItem, lane: Lane, path: tuple[int, ...]) -> None:
    said = [text for text in on_card(card) if text.startswith("σ² ")]
    variance = lane.recorded("batch_var", path)
    assert len(said) == (variance is not None)
    if variance is not None:
        before = lane.value((*path[:-1], path[-1] - 1))
        assert says(said[0].split()[1], variance.mean(), 3)
        assert says(said[0].split()[1], before.var(axis=0).mean(), 3)


def path_of(layers: tuple[bn.Layer, ...], where: tuple[int, ...], copies: dict[int, int]) -> tuple[int, ...]:
    """Of a card in the unrolled stack, from its place among the rows."""
    index, *rest = where
    layer = layers[index]
    if not rest:
        return (index,)
    copy = (min(copies.get(layer.id, 0), layer.times - 1),) if isinstance(layer, bn.Repeat) else ()
    return (index, *copy, *path_of(layer.layers, tuple(rest), copies))


def check_canvas(screen: Screen) -> None:
    window, session = screen.window, screen.session
    seen = 0
    for card in window.canvas.cards.all_cards():
        kind, number, *where = card.objectName().split(":")
        lane = session.lanes[int(number)]
        if kind == "card":
            layer = next(layer for layer in walk(lane.stack.layers) if layer.id == card.face.layer_id)
            path = path_of(lane.stack.layers, tuple(map(int, where[0].split("."))), window.selection.blocks.copies)
            seen += 1
            if isinstance(layer, bn.Residual | bn.Repeat):  # open: its layers have the numbers
                assert not [text for text in on_card(card) if NUMBER.fullmatch(plain(text))]
                continue
            check_card(card, lane, layer, path)
            if isinstance(layer, bn.BatchNorm):
                check_variance(card, lane, path)
        elif card.face.kind == "loss":
            seen += 1
            shown = [text for text in on_card(card) if NUMBER.fullmatch(plain(text))]
            check(shown, [] if lane.loss is None else [lane.loss], 4)
    assert seen >= sum(len(lane.stack.layers) for lane in session.lanes)
    check_titles(screen, session)
    check_bars(screen, session)


def check_titles(screen: Screen, session: bn.Session) -> None:
    titles = [text for text in on_widget(screen.window.canvas) if "weight layer" in text]
    assert len(titles) == len(session.lanes)
    for title, lane in zip(titles, session.lanes, strict=True):
        check(re.findall(r"loss (\S+)", title), [] if lane.loss is None else [lane.loss])


def check_bars(screen: Screen, session: bn.Session) -> None:
    """Transport and time line."""
    window = screen.window
    status = plain(re.sub(r"<[^>]*>|&nbsp;", " ", window.transport.status.text()))
    check(numbers(status)[:1], [session.iteration])
    strip = window.timeline
    check(numbers(strip.accessibleDescription())[:1], [session.iteration])
    if not session.iteration:
        return
    track = window.update_shown.track
    last = session.iteration - 1
    words = strip.words_at(strip.scale_of(track).x(last)).split("\n")
    check(numbers(words[0]), [last])
    for lane, line in zip(session.lanes, words[1:], strict=False):
        check(re.findall(r"loss (\S+)", line), [lane.history["loss"][np.searchsorted(lane.history.kept, last)]], 4)
    said = strip.accessibleDescription()
    if track.recorded == session.iteration:  # the next one's is not known
        assert all(f"{line} in {words[0]}" in said for line in words[1 : 1 + len(session.lanes)])


def test_wherever_one_stands(screen: Screen) -> None:
    window = screen.window
    window.resize(1680, 1020)
    for stack in window.document.experiment.stacks:
        for layer in walk(stack.layers):
            window.selection.blocks.open_around(window.document.experiment, layer.id)
    check_canvas(screen)
    moves: list[Callable[[], None]] = [
        lambda: screen.step("op", 6),  # in the forward pass
        lambda: screen.run(30),
        lambda: screen.step("layer", 2 + max(len(stack.layers) for stack in window.document.experiment.stacks)),
        lambda: screen.step("op", 8),  # in the backward pass
        lambda: screen.step("iteration"),
        lambda: screen.back("op", 3),
        lambda: screen.back("layer", 2),
        lambda: screen.back("iteration", 2),
        lambda: screen.seek(11),
        lambda: screen.step("layer", 3),
    ]
    for move in moves:
        move()
        check_canvas(screen)
    screen.run(60)
    screen.seek(0)
    check_canvas(screen)


def test_playing_ends_where_it_says(
    open_screen: Callable[[bn.Experiment], Screen], small: bn.Experiment, qtbot: QtBot
) -> None:
    screen = open_screen(small)
    window = screen.window
    window.transport.slider.setValue(window.transport.slider.maximum())
    window.actions_by_name["run.play"].trigger()
    qtbot.waitUntil(lambda: window.update_shown.frame.iteration >= 30)
    window.actions_by_name["run.play"].trigger()
    screen.step("op", 0)
    assert not window.update_shown.playing
    check_canvas(screen)


def test_one_iteration_has_one_form_however_far_a_run_has_come(
    open_screen: Callable[[bn.Experiment], Screen], small: bn.Experiment
) -> None:
    """The transport, the time line in its words, its pictures and its figures, and the reason of a stop."""
    screen = open_screen(small)
    window = screen.window
    screen.run(12_345)
    check_canvas(screen)
    strip = window.timeline
    assert "12,345" in plain_html(window.transport.status.text())
    assert strip.accessibleDescription().startswith("Iteration 12,345 of 12,345 recorded")
    assert " in iteration 12,344" in strip.accessibleDescription()
    assert "12,345" in on_widget(strip)
    assert strip.words_at(strip.scale_of(window.update_shown.track).x(12_344)).startswith("iteration 12,344\n")
    window.breakpoints.add(LossBelow(below=1e9))
    window.actions_by_name["run.play"].trigger()
    settle(window)
    assert "(iteration 12,345, " in window.transport.reason.toolTip() + window.transport.reason.text()


def plain_html(text: str) -> str:
    return re.sub(r"<[^>]*>|&nbsp;", " ", text)


def test_the_time_line_says_whose_loss_it_tells(
    open_screen: Callable[[bn.Experiment], Screen], small: bn.Experiment
) -> None:
    """Of a long run it has some of the losses; a moment between two has the one beside it, and that is said."""
    screen = open_screen(small)
    screen.run(2500)
    strip, session = screen.window.timeline, screen.session
    scale = strip.scale_of(screen.window.update_shown.track)
    between = 0
    for iteration in range(400, 500):
        words = strip.words_at(scale.x(iteration)).split("\n")
        told = int(numbers(words[0])[0])
        for lane, line in zip(session.lanes, words[1:], strict=True):
            other = re.search(r"iteration (.*)", line)
            between += other is not None
            at = told if other is None else int(numbers(other.group(1))[0])
            assert abs(at - told) <= 4
            check(re.findall(r"loss ([^\s,]+)", line), [lane.history["loss"][at]], 4)
    assert between
