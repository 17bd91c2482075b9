"""Bulk runs: rows of a file, a list or a selection are checked, filed, posted in chunks, and undone as one."""

from pathlib import Path

from groat.store.extension import Extension

RUNS = Extension("runs", Path(__file__).parent)
"""The tables and statements of drafts and runs."""

__all__ = ["RUNS"]
