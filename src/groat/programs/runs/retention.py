"""Forget drafts that nobody filed, rows of checks that nobody ended, and files that were filed."""

from __future__ import annotations

from groat.programs.runs.drafts import KEPT_US
from groat.store.flow import Flow, Query


def forget_drafts(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` rows of a draft that is too old, then the draft, and the file of one that was filed.

    Rows of other editions than a draft has are left of checks during which a process died. See
    :data:`groat.store.flow.Forget`.
    """
    filed = yield Query("find_filed_run_file")
    if filed is not None:
        yield Query("drop_run_file", filed)
        return True
    untidy = yield Query("find_untidy_run_draft")
    if untidy is not None:
        id, edition = untidy
        yield from _tidy(id, edition, limit)
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


def _tidy(id: str, edition: int, limit: int) -> Flow[None]:
    stale = yield Query("find_stale_run_row", (id, edition))
    if stale is None:
        yield Query("tidy_run_draft", (id,))
        return
    other, first = stale
    yield Query("drop_run_rows", (id, other, first - 1, first + limit))
