"""The right side: the selected layer, or the experiment where none is selected."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.data import DataSummary
from bnsim.spec import edits, numerals
from bnsim.spec.datasets import FileData
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Layer
from bnsim.spec.naming import heading, kind_name
from bnsim.spec.numerals import counted
from bnsim.spec.problems import Problem
from bnsim.spec.tree import walk
from bnsim.ui.inspector.form import RecordForm, path_of, put
from bnsim.ui.inspector.own_training import OwnTraining, begun
from bnsim.ui.inspector.preview import DataPreview
from bnsim.ui.language import tr
from bnsim.ui.model.asking import AskFile
from bnsim.ui.model.document import Document
from bnsim.ui.model.fields import fields, shared
from bnsim.ui.model.selection import Selection
from bnsim.ui.model.settings import STACK_FIELDS, Owner
from bnsim.ui.theme.spacing import HEAD_GAP, MARGINS


class Inspector(QScrollArea):
    """A form for what is selected; each settled change is one undo step.

    `ask_data_file` asks for a file of labels; None where the person gives up. `own_file_asked`: the person wants data
    from a file of their own.
    """

    own_file_asked = Signal()
    file_edited = Signal(object, str, str)
    """A `FileData` that shall be the data if it can be read, the name of the undo step, and its merge key."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        ask_data_file: AskFile,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName(tr("Inspector"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._document = document
        self._selection = selection
        self._ask_data_file = ask_data_file
        self._theme: Theme | None = None
        self._problems: tuple[Problem, ...] = ()
        self._shown: object = None
        self._data: DataSummary | None = None
        self._preview: DataPreview | None = None
        self._forms: dict[str, RecordForm] = {}
        self._own: dict[int, OwnTraining] = {}
        self._refreshing = self._stale = False
        """Whether `refresh` is at work, and whether something has changed meanwhile."""
        self._brought_up = 0
        """Id of the stack that is scrolled to."""
        self.verticalScrollBar().rangeChanged.connect(self._bring_up)
        self.verticalScrollBar().actionTriggered.connect(self._let_scroll)
        self._start_page()
        document.changed.connect(lambda _experiment: self.refresh())
        selection.changed.connect(self.refresh)
        selection.blocks.copy_changed.connect(self._copy_changed)
        self.refresh()

    def show_data(self, data: DataSummary | None) -> None:
        """Show what was read of the data; None if it cannot be read, which is then among the problems."""
        self._data = data
        if self._preview is not None:
            self._preview.show_data(data)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show, on top, the problems of what is selected."""
        if problems != self._problems:
            self._problems = problems
            self.refresh()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for form in self._forms.values():
            form.set_theme(theme)
        for own in self._own.values():
            own.set_theme(theme)
        self.refresh()

    def refresh(self) -> None:
        """Show what is selected now; the form is made anew only for another kind of record."""
        if self._refreshing:  # a field that goes enters what was typed in it, and so changes the document
            self._stale = True
            return
        self._refreshing = self._stale = True
        try:
            while self._stale:
                self._stale = False
                self._show()
        finally:
            self._refreshing = False

    def _show(self) -> None:
        page = self._page_wanted()
        if page != self._shown:
            self._finish_typing()
            page = self._page_wanted()
        experiment, layer = self._document.experiment, self._layer()
        is_other = page != self._shown
        self._shown = page
        if layer is None:
            self._refresh_experiment(experiment, is_other)
        else:
            self._refresh_layer(experiment, layer, is_other)

    def _layer(self) -> Layer | None:
        """The current layer; None if there is none."""
        try:
            return self._document.experiment.layer(self._selection.current)
        except KeyError:
            return None

    def _page_wanted(self) -> object:
        """Which page is to be shown, as `_shown` has it of the one that is."""
        experiment, layer = self._document.experiment, self._layer()
        if layer is None:
            return tuple(stack.id for stack in experiment.stacks)
        others, only = self._edited_with(experiment, layer)
        return (layer.id, *(other.id for other in others)), type(layer), only

    def _finish_typing(self) -> None:
        """Have a number that was typed, but not entered, change what it was typed for, before its field goes."""
        focus = self.focusWidget()
        if focus is not None and focus.hasFocus():
            focus.clearFocus()

    def _refresh_layer(self, experiment: Experiment, layer: Layer, is_other: bool) -> None:
        self._let_scroll()
        others, only = self._edited_with(experiment, layer)
        ids = (layer.id, *(other.id for other in others))
        if is_other:
            self._start_page()
            form = self._add_form("layer", RecordForm("inspector.layer", parent=self, only=only))
            form.edited.connect(lambda value, key, title: self._edit_layers(ids, value, key, title))
            self._page.addStretch(1)
        self._show_heading(experiment, layer.id)
        self._about.setText(self._explained(layer) if only is None else "")
        self._forms["layer"].show_record(layer, others)
        self._say_problems([problem for problem in self._problems if problem.layer_id in ids])

    def _edited_with(self, experiment: Experiment, layer: Layer) -> tuple[list[Layer], tuple[str, ...] | None]:
        """The other selected layers that an edit changes, too, and the names of the fields that all of them share.

        Where the kinds that have any fields share none, they are those of the same kind; then, and where all are of
        one kind, the names are None: all fields.
        """
        selected = self._selection.layer_ids - {layer.id}
        layers = [each for stack in experiment.stacks for each in walk(stack.layers) if each.id in selected]
        kinds = [type(layer), *dict.fromkeys(type(each) for each in layers if fields(type(each)))]
        only = shared(kinds) if len(set(kinds)) > 1 else ()
        if only:
            return [each for each in layers if type(each) in kinds], only
        return [each for each in layers if type(each) is type(layer)], None

    def _show_heading(self, experiment: Experiment, layer_id: int) -> None:
        stack = experiment.find(layer_id)[0]
        lane = experiment.stacks.index(stack)
        title, where = heading(stack, layer_id, self._selection.blocks.copies)
        where = f"{self._chip(stack.lane_color(lane))}{escape(stack.name)} · {tr(where)}"
        layer = experiment.layer(layer_id)
        others, only = self._edited_with(experiment, layer)
        together, selected = 1 + len(others), len(self._selection.layer_ids)
        if together > 1:
            title = tr(_counted([layer, *others]))
            where = tr("An edit changes all of them.")
        if only is not None:
            kinds = dict.fromkeys(kind_name(each) for each in (layer, *others))
            where = f"{tr(f'What {_listed(list(kinds))} share.')} {where}"
        if together < selected:
            number = numerals.count(selected)
            where += "<br>" + (
                tr(f"{number} layers are selected; an edit changes only this one.")
                if together == 1
                else tr(f"{number} layers are selected; an edit changes these {numerals.count(together)}.")
            )
        self._title.setText(title)
        self._subtitle.setText(where)

    def _copy_changed(self, _block_id: int) -> None:
        """Show the copy of a Repeat that is shown on the canvas now."""
        if self._selection.current:
            self._show_heading(self._document.experiment, self._selection.current)

    def _refresh_experiment(self, experiment: Experiment, is_other: bool) -> None:
        if is_other:
            self._start_page()
            for name, title in (("data", tr("DATA")), ("training", tr("TRAINING"))):
                self._heading(title)
                only = RecordForm(
                    "inspector.experiment", self._complete, self, only=(name,), choose_file=self._choose_file
                )
                self._add_form(name, only).edited.connect(self._edit_experiment)
                only.kept.connect(self.refresh)
                if name == "data":
                    self._preview = DataPreview(self)
                    self._preview.hide()
                    self._page.addWidget(self._preview)
            for stack in experiment.stacks:
                self._heading(tr(f"STACK {experiment.stacks.index(stack) + 1}"))
                form = self._add_form(
                    f"stack {stack.id}", RecordForm(f"inspector.stack{stack.id}", parent=self, only=STACK_FIELDS)
                )
                form.edited.connect(
                    lambda value, key, title, stack_id=stack.id: self._edit_stack(stack_id, value, key, title)
                )
                self._add_own_training(stack.id)
            self._page.addStretch(1)
        self._title.setText(tr("Experiment"))
        self._subtitle.setText(tr("Select a card to see its layer here."))
        self._about.setText(escape(tr(experiment.data.about())))
        self._forms["data"].show_record(experiment)
        self._forms["training"].show_record(experiment)
        # Of other data the preview comes once it is read, and what was shown stays until then.
        if self._preview is not None and self._data is not None and self._data.data == experiment.data:
            self._preview.show_data(self._data)
        for stack in experiment.stacks:
            self._forms[f"stack {stack.id}"].show_record(stack)
            self._own[stack.id].show_lane(stack, experiment.training)
        self._say_problems(list(self._problems))

    def _explained(self, layer: Struct) -> str:
        formula, meaning = escape(tr(getattr(layer, "formula", ""))), escape(tr(getattr(layer, "meaning", "")))
        family = self._theme.font("math") if self._theme is not None else "serif"
        size = self._theme.size("equation") if self._theme is not None else 17
        families = ", ".join(f"'{name.strip()}'" for name in family.split(","))
        return (
            f'<div style="font-family:{families}; font-size:{size:g}px">{formula}</div>'
            f'<div style="margin-top:6px">{meaning[:1].upper()}{meaning[1:]}.</div>'
        )

    def _chip(self, lane: int) -> str:
        if self._theme is None:
            return ""
        return f'<span style="color:{self._theme.color(f"lane{lane}")}">■</span> '

    def _say_problems(self, problems: list[Problem]) -> None:
        role = "hint" if all(problem.empty for problem in problems) else "problem"
        if role != self._problem.property("role"):
            self._problem.setProperty("role", role)
            self._problem.style().unpolish(self._problem)
            self._problem.style().polish(self._problem)
        self._problem.setText("\n".join(dict.fromkeys(tr(problem.sentence()) for problem in problems)))
        self._problem.setVisible(bool(problems))

    def _start_page(self) -> None:
        self._forms.clear()
        self._own.clear()
        self._preview = None
        page = QWidget(self)
        page.setObjectName("inspector.page")
        self._page = QVBoxLayout(page)
        self._page.setContentsMargins(*MARGINS)
        self._page.setSpacing(HEAD_GAP)
        self._title = self._label("title")
        self._subtitle = self._label("muted")
        self._problem = self._label("problem")
        self._problem.setObjectName("inspector.problem")
        self._problem.hide()
        self._about = self._label("")
        self._about.setTextFormat(Qt.TextFormat.RichText)
        self._about.setContentsMargins(0, 6, 0, 8)
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self.setWidget(page)

    def _label(self, role: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", role)
        label.setWordWrap(True)
        self._page.addWidget(label)
        return label

    def _heading(self, text: str) -> None:
        label = self._label("heading")
        label.setText(text)
        label.setContentsMargins(0, 12, 0, 0)

    def _add_form(self, name: str, form: RecordForm) -> RecordForm:
        if self._theme is not None:
            form.set_theme(self._theme)
        self._forms[name] = form
        self._page.addWidget(form)
        return form

    def _add_own_training(self, stack_id: int) -> None:
        own = self._own[stack_id] = OwnTraining(f"inspector.stack{stack_id}.training", self)
        if self._theme is not None:
            own.set_theme(self._theme)
        own.edited.connect(lambda value, key, title: self._edit_own_training(stack_id, value, key, title))
        own.asked.connect(lambda wanted: self._ask_own_training(stack_id, wanted))
        self._page.addWidget(own)

    def show_own_training(self, stack_id: int) -> None:
        """Bring what is a lane's own into view, where nothing is selected."""
        self._brought_up = stack_id
        self._bring_up()

    def _bring_up(self) -> None:
        """Scroll to the lane that was asked for: again as the page gets its height, until a person acts."""
        if self._brought_up in self._own:
            form = self._forms[f"stack {self._brought_up}"]
            self.verticalScrollBar().setValue(form.y() - HEAD_GAP)

    def _let_scroll(self) -> None:
        self._brought_up = 0

    def edit(self, owner: Owner, record: Struct, key: str, title: str) -> None:
        """Make an edit as a form does: `record` is the owner's with one field changed, `key` that of `RecordForm`."""
        if owner.kind == "experiment":
            assert isinstance(record, Experiment)
            self._edit_experiment(record, key, title)
        elif owner.kind == "stack":
            self._edit_stack(owner.id, record, key, title)
        elif owner.kind == "training":
            self._edit_own_training(owner.id, record, key, title)
        else:
            assert isinstance(record, Layer)
            self._edit_layers((owner.id,), record, key, title)

    def begun(self, owner: Owner, kind: type[Struct], before: Struct | None) -> Struct | None:
        """The record with which a field of the owner begins as one of that kind is chosen; None: it is asked for."""
        if owner.kind == "experiment":
            return self._complete(kind, before)
        shared = self._document.experiment.training
        return begun((shared.optimizer, shared.schedule, shared.clip) if owner.kind == "training" else (), kind, before)

    def choose_file(self, name: str) -> str | None:
        """Ask for the file of the field of that name; None if the person gives up, or it is brought in as data."""
        return self._choose_file(name)

    def _edit_layers(self, layer_ids: tuple[int, ...], layer: Layer, key: str, title: str) -> None:
        changed = self._document.experiment
        # What was typed may be entered as its layers go.
        there = {each.id for stack in changed.stacks for each in walk(stack.layers)}
        layer_ids = tuple(layer_id for layer_id in layer_ids if layer_id in there)
        if not layer_ids:
            return
        for layer_id in layer_ids:
            edited = put(changed.layer(layer_id), path_of(key), layer)
            changed = edits.change_layer(changed, layer_id, **_fields(edited))
        of = kind_name(layer) if len(layer_ids) == 1 else _counted([changed.layer(each) for each in layer_ids])
        self._document.push(changed, f"change {title.lower()} of {of}", f"layer {layer_ids} {key}")

    def _edit_experiment(self, experiment: Experiment, key: str, title: str) -> None:
        experiment = put(self._document.experiment, path_of(key), experiment)
        text, key = f"change {title[:1].lower()}{title[1:]}", f"experiment {key}"
        if isinstance(experiment.data, FileData) and experiment.data != self._document.experiment.data:
            self.file_edited.emit(experiment.data, text, key)
        else:
            self._document.push(experiment, text, key)

    def refuse_data(self, words: str) -> None:
        """Say why an edit of the data was not made; what was typed stays, to be mended."""
        if "data" in self._forms:
            self._problem.setText(words)
            self._problem.show()

    def _edit_stack(self, stack_id: int, stack: Struct, key: str, title: str) -> None:
        experiment = self._document.experiment
        present = next((each for each in experiment.stacks if each.id == stack_id), None)
        if present is None:
            return
        changed = edits.change_stack(experiment, stack_id, **_fields(put(present, path_of(key), stack)))
        self._document.push(changed, f"change {title.lower()} of the stack", f"stack {stack_id} {key}")

    def _ask_own_training(self, stack_id: int, wanted: bool) -> None:
        self._let_scroll()
        edit, text = (edits.own_training, edits.OWN_TEXT) if wanted else (edits.share_training, edits.SHARED_TEXT)
        self._document.push(edit(self._document.experiment, stack_id), text)

    def _edit_own_training(self, stack_id: int, training: Struct, key: str, title: str) -> None:
        self._let_scroll()
        changed = edits.change_stack(self._document.experiment, stack_id, training=training)
        name = changed.stack(stack_id).name
        self._document.push(changed, f"change {title[:1].lower()}{title[1:]} of {name}", f"training {stack_id} {key}")

    def _complete(self, kind: type[Struct], before: Struct | None) -> Struct | None:
        """A data set of the chosen kind; None for a file, which the person is asked for."""
        if kind is not FileData:
            return kind()
        self.own_file_asked.emit()
        return None

    def _choose_file(self, name: str) -> str | None:
        if name == "path":
            self.own_file_asked.emit()
            return None
        chosen = self._ask_data_file()
        return None if chosen is None else self._relative(chosen)

    @property
    def _folder(self) -> Path | None:
        return self._document.folder

    def _relative(self, path: Path) -> str:
        """The path relative to the document if it is beside it, so that both can be moved together."""
        folder = self._folder
        return path.name if folder is not None and path.parent == folder else str(path)

    def sizeHint(self) -> QSize:
        return QSize(290, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(230, 160)


def _counted(layers: Sequence[Layer]) -> str:
    """How many layers these are, and of which kind if it is one: "2 Linear layers", "3 layers"."""
    one = len({type(layer) for layer in layers}) == 1
    return f"{numerals.count(len(layers))} {kind_name(layers[0])} layers" if one else counted(len(layers), "layer")


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence: "BatchNorm and LayerNorm", "BatchNorm, LayerNorm and RMSNorm"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _fields(record: Struct) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__ if name != "id"}
