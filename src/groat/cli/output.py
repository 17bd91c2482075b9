"""The output of commands: results on standard output, everything else on standard error."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

result = Console(highlight=False, soft_wrap=True, markup=False)
"""For results that a program may read: no markup, no wrapped lines."""

aside = Console(stderr=True, highlight=False)
"""For people: notes, progress, and tables of errors."""


def progress() -> Progress:
    """A progress display for long work; it is silent where standard error is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=aside,
        disable=not aside.is_terminal,
    )
