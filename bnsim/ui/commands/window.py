"""Commands for windows: new, close, full screen; for how they look; and help."""

from __future__ import annotations

from functools import partial
from typing import Protocol, get_args

from bnsim.ui.commands.action import Action
from bnsim.ui.theme.choice import LANGUAGES, TEXT_SIZES, USUAL_SIZE, LanguageChoice, ThemeChoice


class Window(Protocol):
    """The window, as far as commands use it."""

    def new_window(self) -> None: ...
    def close_asking(self) -> bool: ...
    def close_all_asking(self) -> None: ...
    def toggle_projector(self) -> None: ...
    def go_to_area(self, step: int) -> None: ...
    def open_gallery(self) -> None: ...
    def open_sweeps(self) -> None: ...
    def toggle_findings(self) -> None: ...


class Looks(Protocol):
    """How windows look and speak, as far as commands change it."""

    def choose_theme(self, choice: ThemeChoice) -> None: ...
    def choose_language(self, choice: LanguageChoice) -> None: ...
    def choose_text_size(self, percent: int) -> None: ...
    def change_text_size(self, step: int) -> None: ...


class Help(Protocol):
    """The help that commands open."""

    def find_action(self) -> None: ...
    def show_keys(self) -> None: ...
    def show_about(self) -> None: ...


THEMES: dict[ThemeChoice, tuple[str, str, str]] = {
    "system": ("As the &system", "system", "Light or dark as the system has it"),
    "light": ("&Light", "sun", "Light colors"),
    "dark": ("&Dark", "moon", "Dark colors"),
}
"""Text, icon and tip of the action for each theme."""

ACTIONS: tuple[Action[Window], ...] = (
    Action(
        "file.newWindow",
        "New &window",
        lambda window: window.new_window(),
        keys=("Ctrl+Shift+N",),
        icon="new-window",
        tip="Another window beside this one",
    ),
    Action(
        "file.close",
        "&Close window",
        lambda window: window.close_asking(),
        keys=("Ctrl+W",),
        icon="close-window",
        tip="Close this window",
    ),
    Action(
        "file.quit",
        "&Quit",
        lambda window: window.close_all_asking(),
        keys=("Ctrl+Q",),
        icon="quit",
        tip="Close all windows",
    ),
    Action(
        "view.nextArea",
        "Next area",
        lambda window: window.go_to_area(1),
        keys=("F6",),
        icon="area",
        tip="The keyboard goes to the next area: layers, canvas, time line, lists, explanation, panels, …",
    ),
    Action(
        "view.previousArea",
        "Previous area",
        lambda window: window.go_to_area(-1),
        keys=("Shift+F6",),
        icon="area-back",
        tip="The keyboard goes to the area before; Tab and Shift+Tab go on within an area",
    ),
    Action(
        "view.projector",
        "Pro&jector mode",
        lambda window: window.toggle_projector(),
        keys=("F11",),
        icon="projector",
        tip="Full screen, large type, no side panels; Escape leaves",
        checked=lambda state: state.projected,
    ),
    Action(
        "view.figures",
        "Fig&ures…",
        lambda window: window.open_gallery(),
        keys=("Ctrl+Shift+F",),
        icon="gallery",
        tip="All figures with a preview of each; one that is chosen opens as a panel",
    ),
    Action(
        "view.findings",
        "Findings",
        lambda window: window.toggle_findings(),
        keys=("Ctrl+Shift+M",),
        icon="warning",
        tip="What one would point at in this run, as a linter says it: why it matters, what to try",
        checked=lambda state: state.findings_shown,
    ),
    Action(
        "run.sweep",
        "Sweep parameters…",
        lambda window: window.open_sweeps(),
        keys=("Ctrl+Shift+W",),
        icon="sweep",
        tip="Run the experiment over a range of one or two of its parameters, in the background",
    ),
)
LOOKS: tuple[Action[Looks], ...] = (
    *(
        Action(
            f"view.{choice}",
            THEMES[choice][0],
            partial(lambda looks, choice: looks.choose_theme(choice), choice=choice),
            icon=THEMES[choice][1],
            tip=THEMES[choice][2],
            checked=partial(lambda state, choice: state.theme == choice, choice=choice),
        )
        for choice in get_args(ThemeChoice)
    ),
    *(
        Action(
            f"view.language.{choice}",
            name,
            partial(lambda looks, choice: looks.choose_language(choice), choice=choice),
            icon="language",
            tip="The language of the window, from the next start on",
            checked=partial(lambda state, choice: state.language == choice, choice=choice),
        )
        for choice, name in LANGUAGES.items()
    ),
    Action(
        "view.largerText",
        "&Larger text",
        lambda looks: looks.change_text_size(1),
        keys=("Ctrl+Alt++", "Ctrl+Alt+="),
        icon="text-larger",
        tip="All text, and what holds it, one size larger",
        enabled=lambda state: state.text_size < TEXT_SIZES[-1],
        why="it has its largest size",
    ),
    Action(
        "view.smallerText",
        "&Smaller text",
        lambda looks: looks.change_text_size(-1),
        keys=("Ctrl+Alt+-",),
        icon="text-smaller",
        tip="All text, and what holds it, one size smaller",
        enabled=lambda state: state.text_size > TEXT_SIZES[0],
        why="it has its smallest size",
    ),
    Action(
        "view.usualText",
        "&Usual size",
        lambda looks: looks.choose_text_size(USUAL_SIZE),
        keys=("Ctrl+Alt+0",),
        icon="text-size",
        tip="All text as large as it is at first",
    ),
    *(
        Action(
            f"view.text{percent}",
            f"{percent} %",
            partial(lambda looks, percent: looks.choose_text_size(percent), percent=percent),
            icon="text-size",
            tip=f"All text at {percent} % of its usual size",
            checked=partial(lambda state, percent: state.text_size == percent, percent=percent),
        )
        for percent in TEXT_SIZES
    ),
)
HELP: tuple[Action[Help], ...] = (
    Action(
        "help.find",
        "&Find an action…",
        lambda help: help.find_action(),
        keys=("Ctrl+K",),
        icon="search",
        tip="Search all that can be done or set, and the layers; a setting is edited there",
    ),
    Action(
        "help.keys",
        "&Keyboard shortcuts",
        lambda help: help.show_keys(),
        keys=("F1",),
        icon="keyboard",
        tip="All keys on one sheet",
    ),
    Action("help.about", "&About bnsim", lambda help: help.show_about(), icon="about", tip="What this is"),
)
