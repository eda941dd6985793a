"""All actions of the window in one table: name, words, keys and icon. Menus and buttons only refer to names."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.icons import icon


class ActionSpec(Struct, frozen=True):
    """`keys` as Qt writes them, in the order a menu prefers; `tip` is said in the status bar.

    `why` is said where the action cannot be had just now.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    why: str = ""


SELECT = "select a layer first"
IN_REPEAT = "select an open Repeat, or a layer in one, first"
IN_BLOCK = "select a block first"
START = "this is the start"
NOTHING = "no stack can run yet"
RESTS = "nothing is running"
NO_MORE = "this is the newest iteration there is a record of"
FULL = "there are four lanes already"
NO_LANE = "there is no lane"
ALL = "In the selected layer's lane; in every lane if no layer is selected"

TABLE: tuple[ActionSpec, ...] = (
    ActionSpec("file.new", "&New", ("Ctrl+N",), "new", "Start from the default experiment"),
    ActionSpec("file.newWindow", "New &window", ("Ctrl+Shift+N",), "new-window", "Another window beside this one"),
    ActionSpec("file.open", "&Open…", ("Ctrl+O",), "open", "Open a .bnsim file"),
    ActionSpec("file.save", "&Save", ("Ctrl+S",), "save", "Save to the file"),
    ActionSpec("file.saveAs", "Save &as…", ("Ctrl+Shift+S",), "save-as", "Save to another file"),
    ActionSpec(
        "file.revert",
        "Re&vert",
        (),
        "revert",
        "Back to what the file holds; undo brings this back",
        why="nothing to revert",
    ),
    ActionSpec("file.close", "&Close window", ("Ctrl+W",), "close-window", "Close this window"),
    ActionSpec("file.quit", "&Quit", ("Ctrl+Q",), "quit", "Close all windows"),
    ActionSpec("edit.cut", "Cu&t", ("Ctrl+X",), "cut", "The selected layers to the clipboard, as text", why=SELECT),
    ActionSpec("edit.copy", "&Copy", ("Ctrl+C",), "copy", "Copy the selected layers, as text", why=SELECT),
    ActionSpec("edit.paste", "&Paste", ("Ctrl+V",), "paste", "The clipboard's layers after the selected one"),
    ActionSpec("edit.duplicate", "D&uplicate", ("Ctrl+D",), "duplicate", "The selected layers once more", why=SELECT),
    ActionSpec("edit.delete", "&Delete", ("Del",), "delete", "Take the selected layers out", why=SELECT),
    ActionSpec(
        "edit.units",
        "Edit &in place",
        ("F2",),
        "edit",
        "Change the main value of the selected card",
        why=SELECT,
    ),
    ActionSpec("edit.selectAll", "Select &all", ("Ctrl+A",), "select-all", "Select every layer"),
    ActionSpec(
        "equation.copy",
        "Copy equation as La&TeX",
        ("Ctrl+Shift+C",),
        "copy",
        "Formula, numbers and result of the operation just executed",
    ),
    ActionSpec("stack.residual", "Group into &Residual", ("Ctrl+G",), "residual", "A skip around them", why=SELECT),
    ActionSpec("stack.repeat", "Group into R&epeat", ("Ctrl+Shift+G",), "group", "Several copies of them", why=SELECT),
    ActionSpec("stack.ungroup", "&Ungroup", ("Ctrl+U",), "ungroup", "Take the selected blocks apart", why=SELECT),
    ActionSpec(
        "stack.open", "&Open or collapse block", ("Ctrl+E",), "open-block", "Its layers on the canvas", why=IN_BLOCK
    ),
    ActionSpec(
        "stack.nextCopy", "&Next copy of the Repeat", ("Ctrl+.",), "layer", "Show it on the canvas", why=IN_REPEAT
    ),
    ActionSpec(
        "stack.previousCopy",
        "&Previous copy of the Repeat",
        ("Ctrl+,",),
        "layer-back",
        "Show it on the canvas",
        why=IN_REPEAT,
    ),
    ActionSpec("stack.bnBefore", "BatchNorm &before every activation", (), "insert", ALL),
    ActionSpec("stack.bnAfter", "BatchNorm &after every activation", (), "insert", ALL),
    ActionSpec("stack.bnRemove", "Re&move every BatchNorm", (), "delete", ALL),
    ActionSpec("stack.depth", "Set hidden &depth…", (), "edit", ALL),
    ActionSpec("stack.width", "Set hidden &width…", (), "edit", ALL),
    ActionSpec("stack.biases", "Drop b&iases a BatchNorm makes redundant", (), "delete", ALL),
    ActionSpec("lane.add", "&Add lane", ("Ctrl+L",), "lane-add", "An empty lane below the others", why=FULL),
    ActionSpec("lane.duplicate", "&Duplicate lane", ("Ctrl+Shift+D",), "lane-copy", "A copy of it below", why=FULL),
    ActionSpec("lane.rename", "Re&name lane…", ("Shift+F2",), "edit", "Another name; the run goes on", why=NO_LANE),
    ActionSpec("lane.hide", "&Hide or show lane", (), "hide", "Its name only, or all of it again", why=NO_LANE),
    ActionSpec("lane.up", "Move lane &up", (), "up", "Above the lane before it", why="it is on top"),
    ActionSpec("lane.down", "Move lane do&wn", (), "down", "Below the lane after it", why="it is the last"),
    ActionSpec("lane.remove", "&Remove lane", (), "lane-remove", "Take the lane out", why=NO_LANE),
    ActionSpec("run.step", "&Layer forward", ("Right", "PgDown"), "layer", "Run to the next layer", why=NOTHING),
    ActionSpec("run.stepBack", "Layer &back", ("Left", "PgUp"), "layer-back", "Back by one layer", why=START),
    ActionSpec("run.stepOp", "&Operation forward", ("Shift+Right",), "op", "Run one operation", why=NOTHING),
    ActionSpec("run.stepOpBack", "Operation bac&k", ("Shift+Left",), "op-back", "Back by one operation", why=START),
    ActionSpec(
        "run.stepIteration", "&Iteration forward", ("Ctrl+Right",), "iteration", "Run one whole update", why=NOTHING
    ),
    ActionSpec(
        "run.stepIterationBack", "Iteration b&ack", ("Ctrl+Left",), "iteration-back", "Back by one update", why=START
    ),
    ActionSpec("run.stepEpoch", "&Epoch forward", ("Alt+Right",), "epoch", "Run to the end of the epoch", why=NOTHING),
    ActionSpec(
        "run.stepEpochBack", "Epoch ba&ckward", ("Alt+Left",), "epoch-back", "Back to where the epoch began", why=START
    ),
    ActionSpec(
        "run.toCard", "Run &to the selected card", ("F7",), "to-card", "Until the cursor comes to it", why=SELECT
    ),
    ActionSpec(
        "run.toCardBack",
        "Run back to the selecte&d card",
        ("Shift+F7",),
        "to-card-back",
        "To where the cursor last came to it",
        why=SELECT,
    ),
    ActionSpec(
        "run.toBreakpoint",
        "Run to the next &breakpoint",
        ("F8",),
        "to-breakpoint",
        "Until one stops it; Escape gives up",
        why=NOTHING,
    ),
    ActionSpec(
        "run.toBreakpointBack",
        "Run back to a breakpoi&nt",
        ("Shift+F8",),
        "to-breakpoint-back",
        "To the last place before this where one holds",
        why=START,
    ),
    ActionSpec(
        "run.toStart", "To the star&t", ("Home",), "to-start", "The time line keeps what was recorded", why=START
    ),
    ActionSpec(
        "run.toNewest",
        "To the ne&west iteration",
        ("Ctrl+End",),
        "to-newest",
        "The last iteration there is a record of",
        why=NO_MORE,
    ),
    ActionSpec("run.play", "&Play", ("Space",), "play", "Run at the chosen pace", why=NOTHING),
    ActionSpec("run.playBack", "Play in re&verse", ("Shift+Space",), "play-back", "Back at the chosen pace", why=START),
    ActionSpec("run.stop", "St&op", ("Esc",), "stop", "Pause where it is, and give up what takes long", why=RESTS),
    ActionSpec(
        "run.check",
        "&Check this gradient",
        ("Alt+C",),
        "check",
        "Compare the gradient on screen with finite differences",
        why="it is not computed yet",
    ),
    ActionSpec(
        "break.here", "Break at the selected card", ("F9",), "breakpoint", "In any phase; again: no longer", why=SELECT
    ),
    ActionSpec(
        "break.forward", "Break there in the forward pass", (), "breakpoint", "Before its first operation", why=SELECT
    ),
    ActionSpec(
        "break.backward", "Break there in the backward pass", (), "breakpoint", "Before its first operation", why=SELECT
    ),
    ActionSpec("break.vanish", "Gradient norm below 1e-6", (), "breakpoint", "Of a weight layer's output"),
    ActionSpec("break.explode", "Gradient norm above 100", (), "breakpoint", "Of a weight layer's output"),
    ActionSpec(
        "break.saturated", "Saturated above 90 %", (), "breakpoint", "Outputs on the flat ends of an activation"
    ),
    ActionSpec("break.dead", "Dead above 50 %", (), "breakpoint", "Units without a derivative on the whole mini-batch"),
    ActionSpec("break.loss", "Loss below 0.1", (), "breakpoint", "Of the mini-batch, in any lane"),
    ActionSpec("break.nonFinite", "NaN or infinity", (), "breakpoint", "It stops a run in any case; this counts it"),
    ActionSpec(
        "break.clear", "Remove all breakpoints", (), "breakpoint-off", "Run through again", why="there are none"
    ),
    ActionSpec(
        "run.reset", "&Reset", ("Alt+R",), "reset", "Back to the start: the same weights, the same batches", why=START
    ),
    ActionSpec("run.slower", "&Slower", ("Ctrl+Down",), "slower", "Play at a lower pace"),
    ActionSpec("run.faster", "&Faster", ("Ctrl+Up",), "faster", "Play at a higher pace"),
    ActionSpec("view.values", "&Values", ("Ctrl+1",), "look-values", "Cards show outputs", True),
    ActionSpec("view.gradients", "&Gradients", ("Ctrl+2",), "look-gradients", "Cards show gradients", True),
    ActionSpec("view.structure", "&Structure", ("Ctrl+3",), "look-structure", "Cards show what layers are", True),
    ActionSpec("view.output", "Show &output", ("Alt+O",), "look-values", "All numbers of the selected layer's output"),
    ActionSpec("view.gradient", "Show gra&dient", ("Alt+G",), "look-gradients", "All numbers of its gradient"),
    ActionSpec("view.zoomIn", "Zoom &in", ("Ctrl++", "Ctrl+="), "zoom-in", "Larger cards"),
    ActionSpec("view.zoomOut", "Zoom &out", ("Ctrl+-",), "zoom-out", "Smaller cards"),
    ActionSpec("view.fit", "&Fit the stacks", ("Ctrl+0",), "fit", "Show all cards"),
    ActionSpec(
        "view.projector",
        "Pro&jector mode",
        ("F11",),
        "projector",
        "Full screen, large type, no side panels; Escape leaves",
        True,
    ),
    ActionSpec("view.light", "&Light", (), "sun", "Light colors", True),
    ActionSpec("view.dark", "&Dark", (), "moon", "Dark colors", True),
    ActionSpec("view.system", "As the &system", (), "system", "Light or dark as the system has it", True),
    ActionSpec("view.layout", "&Reset layout", (), "show-all", "Put all panels back to their places"),
    ActionSpec("xray.measure", "&Measure all rows", (), "xray-measure", "The BatchNorm over all training rows at once"),
    ActionSpec("xray.swap", "&Swap batch-mates", (), "xray-swap", "One sample among others, at the selected BatchNorm"),
    ActionSpec("xray.identity", "Make BN the &identity", (), "xray-identity", "γ = √(σ² + ε), β = μ of the next batch"),
    ActionSpec("xray.putBack", "&Put γ and β back", (), "undo", "As they were before it was made the identity"),
    ActionSpec("help.find", "&Find an action…", ("Ctrl+K",), "search", "Search everything that can be done"),
    ActionSpec("help.keys", "&Keyboard shortcuts", ("F1",), "keyboard", "All keys on one sheet"),
    ActionSpec("help.about", "&About bnsim", (), "about", "What this is"),
)


class Actions:
    """The window's actions by name."""

    def __init__(self, window: QWidget) -> None:
        self._actions: dict[str, QAction] = {}
        self._icons: dict[str, str] = {}
        for spec in TABLE:
            action = QAction(spec.text, window)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setCheckable(spec.checkable)
            action.setStatusTip(spec.tip)
            action.setToolTip(_tooltip(spec))
            action.setProperty("why", spec.why)
            window.addAction(action)
            self.add(spec.name, action, spec.icon)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def add(self, name: str, action: QAction, image: str = "") -> None:
        """One made elsewhere, such as undo, whose words follow what it would undo."""
        action.setObjectName(name)
        self._actions[name] = action
        self._icons[name] = image

    def image(self, name: str) -> str:
        """The name of the action's icon."""
        return self._icons[name]

    def set_theme(self, theme: Theme) -> None:
        """Icons in the theme's color."""
        for name, image in self._icons.items():
            if image:
                self._actions[name].setIcon(icon(image, theme))


def _tooltip(spec: ActionSpec) -> str:
    keys = ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in spec.keys)
    return f"{spec.tip} ({keys})" if keys else spec.tip
