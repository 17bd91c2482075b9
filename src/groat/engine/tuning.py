"""Settings of the interpreter for a process that does nothing but serve the ledger."""

from __future__ import annotations

import gc
import sys

SWITCH_S = 0.0001
COLLECT_AFTER = 50_000


def tune_process() -> None:
    """Set the interpreter up for batches: call it once, in a process of one's own, before the work begins.

    A thread that comes back from the database waits for the interpreter, for the switch interval if the event loop is
    busy. At the default of 5 ms, the dozen statements of a batch would wait longer than they work. A batch also makes
    some ten thousand objects that live as long as it does; with its default threshold of 700, the garbage collector
    would walk through them again and again (measured: a tenth of the time).
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)
