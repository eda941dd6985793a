"""The lessons that come with bnsim, and how one is found by its name or its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bnsim.lessons.lesson import Lesson
from bnsim.lessons.lines import CLAIMS, TEXT
from bnsim.lessons.reading import read
from bnsim.lessons.translating import translated
from bnsim.spec.errors import InputError
from bnsim.spec.places import is_file_there, is_folder_there, place
from bnsim.spec.resources import resource

FOLDER = "lessons"


def folder() -> Path:
    """Where the lessons are."""
    return resource(FOLDER)


@cache
def lessons(language: str = "en") -> Mapping[str, Lesson]:
    """All of them by name, in the order of their folders' names, which begin with their number.

    In that language, as far as they are translated. InputError where a file of theirs is damaged.
    """
    if language != "en":
        return MappingProxyType({name: _whole(translated, each, language) for name, each in lessons().items()})
    return _written()


@cache
def _written() -> Mapping[str, Lesson]:
    """As they are written: read once, whether English is asked for or nothing."""
    return MappingProxyType({name: _whole(read, folder() / name) for name in _names()})


def _whole(make: Callable[..., Lesson], *made_of: object) -> Lesson:
    """The lesson that is made so; what is wrong with one of bnsim's own is no reader's to mend."""
    try:
        return make(*made_of)
    except InputError as error:
        raise InputError(f"bnsim's own lessons are damaged, reinstall it: {error}") from error


def lesson_of(name: str, language: str = "en") -> Lesson:
    """The lesson of that name, of that number ("1", "01"), or in the folder at that path. InputError if there is none.

    One that comes with bnsim is read once, one in a folder of one's own each time.
    """
    if known := _known(name):
        return lessons(language)[known]
    if is_file_there(place(name) / TEXT):
        return translated(read(place(name)), language)
    if is_folder_there(place(name)):
        raise InputError(f"There is no {TEXT} in {name}; a lesson is a folder with {TEXT} and {CLAIMS} in it.")
    raise InputError(
        f"There is no lesson {name!r}, and no folder with a {TEXT} at that path; choose from {', '.join(_names())}."
    )


def is_shipped(lesson: Lesson) -> bool:
    """Whether it comes with bnsim, and is no one's own."""
    return lesson.folder.is_relative_to(folder())


def is_lesson(name: str) -> bool:
    """Whether `lesson_of` would find one and there is no file of that name."""
    if is_file_there(place(name)):
        return False
    return is_file_there(place(name) / TEXT) or bool(_known(name))


def _names() -> list[str]:
    """Those of the lessons' folders, in their order."""
    return [path.parent.name for path in sorted(folder().glob(f"*/{TEXT}"))]


def _known(name: str) -> str:
    """The name of the lesson that is meant by its name or its number; "" if none is, or several are."""
    names = _names()
    if name in names:
        return name
    number = name.lstrip("0")
    numbered = [each for each in names if name.isdecimal() and each.split("-")[0].lstrip("0") == number]
    return numbered[0] if len(numbered) == 1 else ""
