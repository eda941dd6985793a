"""The Markdown of lessons as blocks and runs."""

from __future__ import annotations

from bnsim.lessons.markdown import Code, Formula, Heading, Item, Paragraph, Quote, Run, Table, blocks, runs
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
