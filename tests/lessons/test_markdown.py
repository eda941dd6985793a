"""The Markdown of lessons as blocks and runs."""

from __future__ import annotations

import pytest

from bnsim.lessons.markdown import Code, Formula, Heading, Item, Paragraph, Quote, Run, Table, blocks, runs
from bnsim.lessons.plain import plain
from bnsim.lessons.shipped import lessons


def test_a_line_is_runs_of_one_look() -> None:
    assert runs(r"A **bold** and *lean* `x*y` with $a*b$, 2 * 3, \*no\* and [a page](x.y).") == (
        Run("A "),
        Run("bold", "bold"),
        Run(" and "),
        Run("lean", "italic"),
        Run(" "),
        Run("x*y", "code"),
        Run(" with "),
        Run("a*b", "formula"),
        Run(", 2 * 3, *no* and a page."),
    )


def test_a_text_is_blocks() -> None:
    text = """## A *heading*

First line
goes on.
- one
  goes on
  - inside
3. three

> said
> so

$$
a = b
$$

| x | y |
|---|---|
| 1 | **2** |

```
code  here
```
"""
    assert blocks(text) == (
        Heading(2, (Run("A "), Run("heading", "italic"))),
        Paragraph((Run("First line goes on."),)),
        Item("•", (Run("one goes on"),)),
        Item("•", (Run("inside"),), 1),
        Item("3.", (Run("three"),)),
        Quote((Run("said so"),)),
        Formula("a = b"),
        Table((((Run("x"),), (Run("y"),)), ((Run("1"),), (Run("2", "bold"),)))),
        Code(("code  here",)),
    )


def test_every_lesson_is_blocks_to_its_end() -> None:
    for lesson in lessons().values():
        for step in lesson.steps:
            for text in filter(None, step.texts):
                assert blocks(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000,
        "[a](x" * 60_000,
        "**a " * 60_000,
        "*a " * 60_000,
        f"|\n{'-' * 60_000}x",
        f"# {'#' * 60_000}x",
        f"# a{' ' * 60_000}x",
    ],
    ids=lambda text: text[:6].replace("\n", " "),
)
def test_a_text_takes_a_time_in_proportion_to_its_length(text: str) -> None:
    # each of them would take minutes to hours if every sign looked for its end in all the rest
    assert blocks(text)
    assert plain(text)


def test_bold_ends_with_the_first_stars() -> None:
    assert runs("**a *b*** and **c**")[-1] == Run("c", "bold")
    assert runs("**a **b** c")[1:] == (Run("b", "bold"), Run(" c"))
