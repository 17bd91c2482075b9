"""Read the bodies of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from groat.client.errors import Problem

if TYPE_CHECKING:
    from typing import Literal as Literal
else:

    class Literal:
        """Any text, where type checkers see one of several words: a later server may know more of them."""

        def __class_getitem__(cls, words: Any) -> type[str]:
            return str


def read(body: bytes, type_: Any) -> Any:
    """Return what the body of an answer says. Raises ValueError for one that is not of the type."""
    if type_ is bytes:
        return body
    if type_ is str:
        return body.decode()
    return msgspec.json.decode(body, type=type_, dec_hook=_hook)


def _hook(type_: type, value: Any) -> Any:
    if type_ is Problem:
        return Problem.of(value, value["status"])
    raise NotImplementedError(type_)
