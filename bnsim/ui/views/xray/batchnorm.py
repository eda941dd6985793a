"""The page of the X-ray for a BatchNorm."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bnsim.engine.operation import Array
from bnsim.lenses.lens import Inquiry
from bnsim.lenses.xray.figures import noise, order_of, with_whole
from bnsim.lenses.xray.graph import GraphLens
from bnsim.lenses.xray.identity import MakeIdentity, PutBack, why_not
from bnsim.lenses.xray.lens import BatchNormLens, Mode, Seen
from bnsim.lenses.xray.mates import SwapMates, Swapped
from bnsim.lenses.xray.whole import Whole, WholeSet
from bnsim.runner.updates import Found
from bnsim.spec.numerals import count, significant
from bnsim.spec.tree import Path
from bnsim.ui.language import tr
from bnsim.ui.views.parts import AskButton, FigureBox, Plots, SmallPlot, Switch, words
from bnsim.ui.views.xray import words as xray_words
from bnsim.ui.views.xray.tables import tables
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.numbers import show_watch
from bnsim.ui.widgets.wheel import ignore_wheel

STRIP, HISTOGRAM, SQUARE = 96, 130, 190
STALE = "measured at another moment"


@dataclass
class Measured:
    """Results of inquiries about one layer, and the change that undoes what was done to it."""

    whole: Whole | None = None
    swapped: Swapped | None = None
    back: PutBack | None = None


class BatchNormPage(Plots):
    """Statistics over features, one feature in numbers, before and after, both modes, mates, momentum, identity."""

    changed = Signal()
    """The page's lens has changed."""
    inquired = Signal(object)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._of: tuple[int, Path] | None = None
        self._seen: Seen | None = None
        self._measured: dict[tuple[int, Path], Measured] = {}
        self._now = Measured()
        self.variances: QLabel
        self.momentum: QLabel
        self.modes_words: QLabel
        self.measured: QLabel
        self.mates: QLabel
        self.gap: QLabel
        self.why: QLabel
        self.own: QLabel
        self._make_boxes()
        self._make_controls()
        self._lay_out()

    def lens(self, stack: int, path: Path) -> BatchNormLens:
        """The lens for the layer there; what was measured of it before is kept."""
        if (stack, path) != self._of:
            self._of = stack, path
            self._now = self._measured.setdefault((stack, path), Measured())
            self._release()
        mode: Mode = "eval" if self.mode.choice == "eval" else "train"
        return BatchNormLens(stack, path, self.feature.value(), self.sample.value(), mode, self.every.choice == "all")

    def graph_lens(self, stack: int, path: Path) -> GraphLens:
        """The lens for the computational graph of the layer there, at the chosen feature and sample."""
        return GraphLens(stack, path, self.feature.value(), self.sample.value())

    def forget(self) -> None:
        """Drop the results of inquiries, since the experiment has changed."""
        self._of = None
        self._measured.clear()
        self._now = Measured()
        self._release()

    def _release(self) -> None:
        self.mates_box.offer(None)
        for button in (self.measure, self.swap):
            button.show_share(None)

    def show_seen(self, seen: Seen, *, fast: bool) -> None:
        """Draw the lens's answer, without antialiasing if `fast`."""
        self._seen = seen
        self.feature.setMaximum(seen.features - 1)
        self.sample.setMaximum(seen.batch - 1)
        self.every.reword("one", f"Feature {self.feature.value()}")
        self._show_figures(seen, fast)
        self._show_numbers(seen)
        self.variances.setText(tr(xray_words.two_variances(seen)))
        _set_text(self.momentum, xray_words.momentum(seen.layer))
        self.momentum_table.setVisible(seen.layer.track_running_stats and seen.layer.mode == "train")
        self.momentum_table.show_column("value", xray_words.momentum_facts(seen.layer, seen.batches))
        _set_text(self.modes_words, xray_words.modes(seen))
        self.modes_table.show_column("value", xray_words.modes_facts(seen))
        self._show_measured(seen)
        self._show_identity(seen)

    def show_found(self, found: Found) -> None:
        """Show progress or result of an inquiry."""
        inquiry = found.inquiry
        if not isinstance(inquiry, WholeSet | SwapMates | MakeIdentity | PutBack):
            return
        if (inquiry.stack, inquiry.path) != self._of:
            return
        answer = found.answer
        if isinstance(inquiry, WholeSet | SwapMates):
            button = self.measure if isinstance(inquiry, WholeSet) else self.swap
            button.show_share(None if found.ended else found.share)
            if isinstance(answer, Whole):
                self._now.whole = answer
            elif isinstance(answer, Swapped):
                self._now.swapped = answer
        elif answer is not None:
            self._changed(inquiry, answer)
        if found.ended and self._seen is not None:
            self.show_seen(self._seen, fast=False)

    def _changed(self, inquiry: MakeIdentity | PutBack, answer: MakeIdentity | PutBack) -> None:
        """Drop earlier results after parameters were changed, since they belong to other parameters."""
        back = answer if isinstance(answer, PutBack) else inquiry
        assert isinstance(back, PutBack)
        for measured in self._measured.values():
            measured.whole = measured.swapped = None
            if measured.back is not None and measured.back.iteration > back.iteration:
                measured.back = None
        self._now.back = answer if isinstance(answer, PutBack) else None
        self._release()

    # Parts

    def _make_boxes(self) -> None:
        self.mean_box = FigureBox("xray_mean", tr("Mean μ"), STRIP, self, ranks=True)
        self.variance_box = FigureBox("xray_variance", tr("Variance σ²"), STRIP, self, ranks=True)
        self.affine_box = FigureBox("xray_affine", tr("γ and β"), STRIP, self, ranks=True)
        self.histogram_box = FigureBox("xray_histogram", tr("Input and output"), HISTOGRAM, self)
        self.modes_box = FigureBox("xray_modes", tr("Output: eval up, train along"), SQUARE, self)
        self.mates_box = FigureBox("xray_noise", tr("Its output, less the average"), HISTOGRAM, self, ranks=True)
        self.boxes = (
            self.mean_box,
            self.variance_box,
            self.affine_box,
            self.histogram_box,
            self.modes_box,
            self.mates_box,
        )
        for kind, box in (("mean", self.mean_box), ("variance", self.variance_box), ("noise", self.mates_box)):
            assert isinstance(box.plot, SmallPlot)
            box.plot.picked.connect(lambda along, kind=kind: self._pick(kind, along))

    def _make_controls(self) -> None:
        self.feature = _spin("xray.feature", "Feature", self)
        self.sample = _spin("xray.sample", "Sample of the mini-batch", self)
        self.numbers, self.momentum_table, self.modes_table, self.losses_table, self.mates_table = tables(self)
        self.measure = AskButton(
            "xray.measure",
            tr("Measure all rows"),
            tr("The whole training set as one mini-batch at the present parameters, and the loss in both modes"),
            self,
        )
        self.swap = AskButton(
            "xray.swap",
            tr("Swap its batch-mates"),
            tr("64 other mini-batches with the same sample in the same place; its own input to the layer is kept"),
            self,
        )
        self.mode = Switch("xray.mode", tr("Output"), (("train", tr("Train mode")), ("eval", tr("Eval mode"))), self)
        self.every = Switch(
            "xray.every", tr("Histogram of"), (("all", tr("All features")), ("one", tr("Feature 0"))), self
        )
        for name in ("variances", "momentum", "modes_words", "measured", "mates", "gap", "why", "own"):
            setattr(self, name, words("", "muted", self))
            getattr(self, name).setObjectName(f"xray.{name.replace('_', '.')}")
        self.identity = QPushButton(tr("Make BN the identity"), self)
        self.identity.setObjectName("xray.identity")
        self.identity.setToolTip(tr("γ = √(σ² + ε), β = μ of the mini-batch that comes next"))
        self.undo = QPushButton(tr("Put γ and β back"), self)
        self.undo.setObjectName("xray.putBack")
        self._change_soon = QTimer(self, singleShot=True, interval=0)
        self._change_soon.timeout.connect(self.changed)
        for control in (self.feature, self.sample):
            control.valueChanged.connect(self._change_soon.start)
        for switch in (self.mode, self.every):
            switch.chosen.connect(self._change_soon.start)
        self.measure.asked.connect(lambda: self._ask(WholeSet))
        self.swap.asked.connect(self._ask_swap)
        for button in (self.measure, self.swap):
            button.given_up.connect(self.given_up)
        self.identity.clicked.connect(lambda: self._ask(MakeIdentity))
        self.undo.clicked.connect(self._put_back)

    def _lay_out(self) -> None:
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._section(tr("STATISTICS BY FEATURE"))
        self._add(self.mean_box, self.variance_box, self.affine_box, self.measured, self.measure)
        self._section(tr("ONE FEATURE"))
        self._row("Feature", self.feature)
        self._add(self.numbers, self.variances)
        self._section(tr("BEFORE AND AFTER"))
        self._add(self.every, self.mode, self.histogram_box)
        self._section(tr("TRAIN AND EVAL"))
        self._add(self.modes_box, self.modes_table, self.modes_words, self.losses_table)
        self._section(tr("BATCH-MATES"))
        self._row("Sample", self.sample)
        self._add(self.own, self.swap, self.mates_box, self.mates_table, self.mates)
        self._section(tr("MOMENTUM"))
        self._add(self.momentum_table, self.momentum)
        self._section(tr("IDENTITY"))
        self._add(self.gap, self.why, self.identity, self.undo)
        column.addStretch(1)

    def _section(self, title: str) -> None:
        if self._column.count():
            self._column.addSpacing(10)
        self._column.addWidget(words(title, "heading", self))

    def _add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self._column.addWidget(widget)

    def _row(self, title: str, *widgets: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(words(title, "", self))
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        self._column.addLayout(row)

    # What it shows

    def _show_figures(self, seen: Seen, fast: bool) -> None:
        figures = dict(seen.figures)
        if self._now.whole is not None:
            for kind, first, values in (
                ("mean", _first(seen.mean, seen.running_mean), self._now.whole.mean),
                ("variance", _first(seen.var, seen.running_var), self._now.whole.var),
            ):
                if first is not None and len(first) == len(values):
                    figures[kind] = with_whole(figures[kind], first, values)
        for key, box in (
            ("mean", self.mean_box),
            ("variance", self.variance_box),
            ("affine", self.affine_box),
            ("histogram", self.histogram_box),
            ("modes", self.modes_box),
        ):
            figure = figures.get(key)
            box.offer(figure if figure is not None and figure.marks else None, fast=fast)

    def _show_numbers(self, seen: Seen) -> None:
        whole, at = self._now.whole, min(self.feature.value(), seen.features - 1)
        several = whole.rows / (whole.rows - 1) if whole and whole.rows > 1 else None
        for row, column, values, factor, watch in (
            ("mean", "batch", seen.mean, 1.0, seen.watch("μ", at)),
            ("mean", "running", seen.running_mean, 1.0, seen.watch("running_mean", at)),
            ("mean", "whole", whole.mean if whole else None, 1.0, ""),
            ("biased", "batch", seen.var, 1.0, seen.watch("σ²", at)),
            ("biased", "whole", whole.var if whole else None, 1.0, ""),
            ("unbiased", "batch", seen.var, seen.unbiased, seen.watch_unbiased(at)),
            ("unbiased", "running", seen.running_var, 1.0, seen.watch("running_var", at)),
            ("unbiased", "whole", whole.var if whole else None, several, ""),
            ("gamma", "batch", seen.gamma, 1.0, seen.watch("weight", at)),
            ("beta", "batch", seen.beta, 1.0, seen.watch("bias", at)),
        ):
            value = None if values is None or factor is None else float(values[at]) * factor
            self.numbers.show_number(row, column, significant(value), "" if values is None else watch)

    def _show_measured(self, seen: Seen) -> None:
        whole, swapped = self._now.whole, self._now.swapped
        stale = whole is not None and whole.moment != seen.moment
        self.numbers.show_head("whole", tr("all rows" if not stale else "all (stale)"))
        self.measure.reword(tr("Measure all rows again" if whole else "Measure all rows"))
        self.measured.setVisible(whole is not None)
        self.losses_table.setVisible(whole is not None)
        if whole is not None:
            when = f". Stale: {STALE}, iteration {count(whole.moment[0])}" if stale else ""
            self.measured.setText(tr(f"Diamonds: all {count(whole.rows)} training rows as one batch{when}."))
            self.losses_table.show_column(
                "train", {"batch": significant(whole.batch_train), "all": significant(whole.all_train)}
            )
            self.losses_table.show_column(
                "eval", {"batch": significant(whole.batch_eval), "all": significant(whole.all_eval)}
            )
            self.losses_table.show_head("eval", tr("eval (stale)" if stale else "eval"))
        point = "not computed yet" if seen.point is None else " → ".join(significant(value) for value in seen.point)
        self.own.setText(tr(f"Feature {self.feature.value()} of this sample: {point}"))
        at = min(self.sample.value(), seen.batch - 1), min(self.feature.value(), seen.features - 1)
        show_watch(self.own, "" if seen.point is None else seen.watch_output(*at))
        self.mates_table.setVisible(swapped is not None)
        self.mates.setVisible(swapped is not None)
        if swapped is not None:
            figure = noise(seen.name, swapped.present, swapped.outputs, self.feature.value(), swapped.sample)
            self.mates_box.offer(figure)
            self.mates_table.show_column("value", xray_words.mates_facts(swapped, self.feature.value()))
            late = f" Stale: {STALE}, iteration {count(swapped.moment[0])}." if swapped.moment != seen.moment else ""
            others = count(len(swapped.outputs))
            self.mates.setText(
                tr(
                    f"Sample {count(swapped.sample)} (row {count(swapped.row)}) among {others} other batches; noise is "
                    f"the rms over features of the std, over the output's rms.{late}"
                )
            )

    def _show_identity(self, seen: Seen) -> None:
        reason = why_not(seen.layer, seen.tied)
        self.gap.setText(tr(xray_words.gap(seen)))
        self.identity.setEnabled(not reason)
        self.identity.setText(tr("Make BN the identity" if seen.boundary else "Finish the iteration, then do it"))
        self.undo.setVisible(self._now.back is not None)
        self.why.setText(tr(xray_words.identity(seen, self._now.back, reason)))

    # What a person does

    def _pick(self, kind: str, along: float) -> None:
        seen = self._seen
        if seen is None:
            return
        first = {
            "mean": _first(seen.mean, seen.running_mean),
            "variance": _first(seen.var, seen.running_var),
            "noise": None if self._now.swapped is None else self._now.swapped.noise,
        }[kind]
        if first is not None:
            order = order_of(first)
            self.feature.setValue(int(order[min(max(round(along), 0), len(order) - 1)]))

    def _ask(self, kind: type[Inquiry]) -> None:
        if self._of is not None:
            self.inquired.emit(kind(*self._of))

    def _ask_swap(self) -> None:
        if self._of is not None:
            self.inquired.emit(SwapMates(*self._of, self.sample.value()))

    def _put_back(self) -> None:
        if self._now.back is not None:
            self.inquired.emit(self._now.back)


def _first(batch: Array | None, running: Array | None) -> Array | None:
    return batch if batch is not None else running


def _set_text(label: QLabel, text: str) -> None:
    label.setText(tr(text))
    label.setVisible(bool(text))


def _spin(name: str, title: str, parent: QWidget) -> NumberBox:
    spin = NumberBox(parent)
    spin.setObjectName(name)
    spin.setAccessibleName(tr(title))
    spin.setRange(0, 0)
    spin.setMinimumWidth(70)
    ignore_wheel(spin)
    return spin
