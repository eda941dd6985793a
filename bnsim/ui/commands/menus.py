"""The menu bar: which actions stand where. Their texts and functions are in the table; `fillers` have the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from bnsim.ui.commands.actions import Actions
from bnsim.ui.commands.forks import IN_MENUS as FORKS
from bnsim.ui.language import tr
from bnsim.ui.theme.choice import LANGUAGES, TEXT_SIZES

Entry = str | tuple[str, tuple["Entry", ...]]
"""An action's name, "" for a separator, (title, entries) for a menu; or the title alone of a menu others fill."""
Filler = Callable[[QMenu], None]

BREAKPOINTS: tuple[Entry, ...] = (
    "break.here",
    "break.forward",
    "break.backward",
    "",
    "break.vanish",
    "break.explode",
    "break.saturated",
    "break.dead",
    "break.loss",
    "break.nonFinite",
    "",
    "break.clear",
)
WATCHES: tuple[Entry, ...] = (
    "watch.add",
    "",
    "watch.output",
    "watch.gradient",
    "watch.breakOutput",
    "watch.breakGradient",
    "",
    "watch.break",
    "watch.next",
    "watch.last",
)
RECENT, EXPORT = "Open &recent", "Export &panel"
INITIALIZE, ACTIVATION = "Ini&tialize all with", "&Change every activation to"
INSERT, DATA, LOSS, PANELS, PIN = "&Insert", "D&ata", "&Loss", "&Panels", "Co&mpare with now"
KEPT = "Kept &runs"
LESSON = (
    "lesson.next",
    "lesson.back",
    "lesson.stage",
    "",
    "lesson.answers",
    "lesson.deck",
    "",
    "lesson.side",
    "lesson.again",
    "lesson.close",
)
EXAMPLES, PAPERS = "E&xamples", "From the &papers"
LANGUAGE_ENTRIES = tuple(f"view.language.{choice}" for choice in LANGUAGES)
TEXT_ENTRIES = tuple(f"view.text{percent}" for percent in TEXT_SIZES)
CLICKER = ("clicker.op", "clicker.layer", "clicker.phase", "clicker.iteration", "clicker.landmark")

MENUS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "&File",
        (
            "file.new",
            "file.newFromData",
            "file.newWindow",
            "file.open",
            RECENT,
            EXAMPLES,
            "",
            "file.save",
            "file.saveAs",
            "file.saveRun",
            "file.revert",
            "",
            "file.loadWeights",
            "file.saveWeights",
            "",
            "export.export",
            "export.again",
            "export.copy",
            "export.axes",
            "export.window",
            EXPORT,
            "file.makeSlides",
            "file.copyPyTorch",
            "file.exportPyTorch",
            "",
            "file.close",
            "file.quit",
        ),
    ),
    (
        "&Edit",
        (
            "edit.undo",
            "edit.redo",
            "",
            "edit.cut",
            "edit.copy",
            "edit.paste",
            "edit.duplicate",
            "edit.delete",
            "",
            "edit.units",
            "edit.selectAll",
            "",
            "equation.copy",
        ),
    ),
    (
        "&Stack",
        (
            "stack.residual",
            "stack.repeat",
            "stack.ungroup",
            "stack.open",
            "stack.nextCopy",
            "stack.previousCopy",
            "",
            "stack.bnBefore",
            "stack.bnAfter",
            "stack.bnRemove",
            "stack.biases",
            "stack.depth",
            "stack.width",
            INITIALIZE,
            ACTIVATION,
            "",
            INSERT,
            DATA,
            LOSS,
        ),
    ),
    (
        "&Lane",
        (
            "lane.add",
            "lane.duplicate",
            "lane.fork",
            "lane.forkWith",
            ("Fork h&ere", FORKS),
            "lane.rename",
            "lane.hide",
            "lane.training",
            "lane.scaleWeights",
            "",
            "lane.up",
            "lane.down",
            "",
            "lane.remove",
        ),
    ),
    (
        "R&un",  # Alt+R resets
        (
            "run.step",
            "run.stepBack",
            "run.stepOp",
            "run.stepOpBack",
            "run.stepPhase",
            "run.stepPhaseBack",
            "run.stepIteration",
            "run.stepIterationBack",
            "run.stepEpoch",
            "run.stepEpochBack",
            "",
            (
                "&Jump",
                (
                    "run.toLandmark",
                    "run.toLandmarkBack",
                    "",
                    "run.toCard",
                    "run.toCardBack",
                    "run.toBreakpoint",
                    "run.toBreakpointBack",
                    "",
                    "run.toStart",
                    "run.toNewest",
                ),
            ),
            ("Clicker &moves", CLICKER),
            "",
            "run.play",
            "run.playBack",
            "run.stop",
            "run.slower",
            "run.faster",
            "",
            "run.check",
            "run.sweep",
            "",
            "run.scaleWeights",
            "run.undoScaling",
            "",
            "run.reset",
            ("&Breakpoints", BREAKPOINTS),
            ("Watches", WATCHES),
        ),
    ),
    (
        "&View",
        (
            ("&Cards show", ("view.values", "view.gradients", "view.structure")),
            "view.output",
            "view.gradient",
            ("&Why", ("view.why", "view.whyValue", "view.whyLoss", "view.whyJump")),
            "",
            ("&Zoom", ("view.zoomIn", "view.zoomOut", "view.fit")),
            ("Go to area", ("view.nextArea", "view.previousArea")),
            "",
            "view.projector",
            (
                "Before an &audience",
                (
                    "stage.view",
                    "stage.spotlight",
                    "stage.laser",
                    "stage.blank",
                    "",
                    "stage.audience",
                    "stage.panel",
                    "stage.notes",
                ),
            ),
            ("&Theme", ("view.system", "view.light", "view.dark")),
            ("Language / Sprac&he", LANGUAGE_ENTRIES),
            ("T&ext size", ("view.largerText", "view.smallerText", "view.usualText", "", *TEXT_ENTRIES)),
            "",
            ("&X-ray", ("xray.measure", "xray.swap", "", "xray.identity", "xray.putBack")),
            "view.findings",
            "view.watches",
            "view.figures",
            PANELS,
            (
                "&Layout",
                (
                    "layout.vanishing",
                    "layout.batchnorm",
                    "layout.training",
                    "",
                    "layout.previous",
                    "view.layout",
                    "",
                    "layout.link",
                ),
            ),
            "panels.pin",
            PIN,
            ("Compare &runs", ("runs.compare", "runs.dismiss", "", "runs.keep", KEPT)),
        ),
    ),
    (
        "&Help",
        (
            "help.start",
            "help.tour",
            "help.lessons",
            "help.lessonFolder",
            ("This lesso&n", LESSON),
            EXAMPLES,
            "",
            "help.find",
            "help.keys",
            "help.marks",
            "help.told",
            "",
            "help.about",
        ),
    ),
)
ONE_OF = (
    ("view.values", "view.gradients", "view.structure"),
    ("view.system", "view.light", "view.dark"),
    LANGUAGE_ENTRIES,
    TEXT_ENTRIES,
    CLICKER,
)
"""Groups of actions of which exactly one is checked."""


def build_menus(bar: QMenuBar, actions: Actions, fillers: Mapping[str, Filler]) -> None:
    """Add all menus to the menu bar; `fillers` by the title of the menu they fill, which may stand in several."""
    for names in ONE_OF:
        group = QActionGroup(bar)
        for name in names:
            group.addAction(actions[name])
    filled: dict[str, QMenu] = {}
    for title, content in MENUS:
        fill(bar.addMenu(tr(title)), actions, content, fillers, filled)


def fill(
    menu: QMenu,
    actions: Actions,
    content: Sequence[Entry],
    fillers: Mapping[str, Filler] = {},
    filled: dict[str, QMenu] | None = None,
) -> None:
    """Add entries to a menu; `filled` are menus that stand in another one already, which get new ones added."""
    filled = {} if filled is None else filled
    for entry in content:
        if isinstance(entry, tuple):
            fill(menu.addMenu(tr(entry[0])), actions, entry[1], fillers, filled)
        elif entry in filled:
            menu.addMenu(filled[entry])
        elif entry in fillers:
            filled[entry] = menu.addMenu(tr(entry))
            fillers[entry](filled[entry])
        elif entry:
            menu.addAction(actions[entry])
        else:
            menu.addSeparator()
