"""The outbox: entries that a commit leaves for the outside, delivered at least once, in the order of each target.

A program declares a :class:`Channel`, and its commands call :func:`put`. Nodes deliver the entries after the commit.
"""

from pathlib import Path

from groat.programs.outbox.channel import Channel, Delivery, Entry, EntryOutcome, Undeliverable, each
from groat.programs.outbox.flows import forget_outbox, put
from groat.store.extension import Extension

OUTBOX = Extension("outbox", Path(__file__).parent, forgets=(forget_outbox,))

__all__ = ["OUTBOX", "Channel", "Delivery", "Entry", "EntryOutcome", "Undeliverable", "each", "put"]
