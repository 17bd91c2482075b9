"""Forget drafts that nobody filed, and files that were filed."""

from __future__ import annotations

from groat.programs.runs.drafts import KEPT_US
from groat.store.flow import Flow, Query


def forget_drafts(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` rows of a draft that is too old, then the draft, and the file of one that was filed.

    See :data:`groat.store.flow.Forget`.
    """
    filed = yield Query("find_filed_run_file")
    if filed is not None:
        yield Query("drop_run_file", filed)
        return True
    (now,) = yield Query("read_now")
    old = yield Query("find_old_run_draft", (now - KEPT_US,))
    if old is None:
        return False
    (id,) = old
    (first,) = yield Query("first_run_row", (id,))
    if first is None:
        yield Query("drop_run_draft", (id,))
        yield Query("drop_run_file", (id,))
    else:
        yield Query("forget_run_rows", (id, first + limit))
    return True
