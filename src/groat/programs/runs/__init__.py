"""Bulk runs: rows of a file, a list or a selection are checked, filed, posted in chunks, and undone as one."""

from pathlib import Path

from groat.programs.runs.retention import forget_drafts
from groat.store.extension import Extension

RUNS = Extension(
    "runs",
    Path(__file__).parent,
    forgets=(forget_drafts,),
    checks=(("verify_runs", "each run moved what it counts, and what names a run was moved by one"),),
)
"""The tables and statements of drafts and runs."""

__all__ = ["RUNS"]
