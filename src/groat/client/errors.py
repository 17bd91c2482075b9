"""Everything that a call of the client raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

_FIXED = ("type", "title", "status", "code", "detail")


class ClientError(Exception):
    """A call did not bring what it was made for."""


class Problem(ClientError):
    """The server's answer is a problem (RFC 9457).

    ``code`` is stable, ``status`` the HTTP status, ``detail`` a text for people; ``fields`` are the further members,
    such as ``available`` of ``insufficient_funds``. ``retry_after_s`` is the number of seconds that the server asks
    to wait, or None.

    Each code of the server has a subclass in :mod:`groat.client.problems`. A subclass with another ``code`` is raised
    for that one: so apps name the codes of programs of their own. An answer that is not groat's, but of a proxy, has
    the code ``http_<status>``.
    """

    code: str = ""
    by_code: ClassVar[dict[str, type[Problem]]] = {}

    def __init_subclass__(cls) -> None:
        if cls.code:
            Problem.by_code[cls.code] = cls

    def __init__(
        self,
        code: str,
        status: int,
        detail: str,
        fields: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{code} ({status}): {detail}")
        self.code = code
        self.status = status
        self.detail = detail
        self.fields = dict(fields or {})
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.status, self.detail, self.fields, self.retry_after_s)

    @property
    def replayed(self) -> bool:
        """Tell whether this very refusal was given before under the same key."""
        return self.fields.get("replayed") is True

    @property
    def retryable_with_new_key(self) -> bool:
        """Tell whether the same wish may succeed under a new key, once something else has changed."""
        return self.fields.get("retryable_with_new_key") is True

    @staticmethod
    def of(document: Mapping[str, Any], status: int, retry_after_s: float | None = None) -> Problem:
        """Return the problem that a problem document tells, as the class of its code."""
        code = str(document["code"])
        fields = {name: value for name, value in document.items() if name not in _FIXED}
        detail = str(document.get("detail") or code)
        return Problem.by_code.get(code, Problem)(code, status, detail, fields, retry_after_s)


class Unreachable(ClientError):
    """No answer came from the server, and nothing was done."""


class UnknownOutcome(ClientError):
    """No answer tells whether a write was done.

    Repeat it with ``key``, its idempotency key: it is done once. ``key`` is None where the operation takes none; then
    look whether it was done before you repeat it.
    """

    def __init__(self, message: str, key: str | None) -> None:
        super().__init__(message)
        self.key = key

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.key)
