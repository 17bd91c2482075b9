"""Texts for people that programs make: English, and found in the console's languages by the English that stands here.

The texts of :func:`say` are listed from the source (`web/console/notices.py`), so the English must stand in the call.
"""

from __future__ import annotations

from typing import NewType

Said = NewType("Said", str)
"""A text that :func:`say` made, or that a person or an app wrote."""

NOTHING = Said("")


def say(english: str, /, **values: object) -> Said:
    """Make a text of one of a program's own, with values in place of its ``{names}``."""
    return Said(english.format(**values))


def joined(*texts: str) -> Said:
    """Make a text of sentences that are each said or written by a person, one after the other."""
    return Said(" ".join(text for text in texts if text))
