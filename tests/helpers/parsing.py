"""Parse Python beside whatever else the process does."""

from __future__ import annotations

import ast
import gc


def parse(text: str) -> ast.Module:
    """Parse a file's text, with the garbage collector switched off meanwhile.

    CPython 3.11 keeps the depth of the tree that it makes once for all parses. What a collection ends in between may
    parse, too, such as the traceback of an error that it prints; then the outer one fails with a SystemError.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        if enabled:
            gc.enable()
