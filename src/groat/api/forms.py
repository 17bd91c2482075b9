"""Forms with a file (multipart/form-data)."""

from __future__ import annotations

from collections.abc import Collection

import multipart

from groat.api.problems import HttpError
from groat.ledger.errors import InvalidInput

FIELD_BYTES_MAX = 4_096

MULTIPART = b"multipart/form-data"

BESIDE_MAX = 64 * 1024
"""A form has at most so many bytes beside its file."""


def read_form(content_type: bytes, body: bytes, fields: Collection[str]) -> dict[str, bytes]:
    """Read a form that may have these fields, each once; ``file`` must be there.

    Raises HttpError ``unsupported_media_type`` or ``invalid_file``.
    """
    kind, options = multipart.parse_options_header(content_type.decode("latin-1"))
    if kind.lower() != "multipart/form-data" or not options.get("boundary"):
        raise HttpError("unsupported_media_type")
    form: dict[str, bytearray] = {}
    name = ""
    try:
        with multipart.PushMultipartParser(
            options["boundary"], content_length=len(body), max_segment_count=len(fields), strict=True
        ) as parser:
            for event in parser.parse(body):
                if isinstance(event, multipart.MultipartSegment):
                    name = event.name
                    if name not in fields or name in form:
                        raise HttpError(
                            "invalid_file", f"The form's fields are {', '.join(sorted(fields))}, each once."
                        )
                    form[name] = bytearray()
                elif event:
                    form[name] += event
    except multipart.MultipartError as error:
        raise HttpError("invalid_file", f"The form is broken: {error}.") from error
    if "file" not in form:
        raise HttpError("invalid_file", "The form's field file is missing.")
    return {name: bytes(value) for name, value in form.items()}


def text_field(form: dict[str, bytes], name: str, default: str | None = None) -> str:
    """Return a field's text. Raises HttpError ``invalid_file``, InvalidInput ``text_too_long``, ``invalid_text``."""
    value = form.get(name)
    if value is None:
        if default is None:
            raise HttpError("invalid_file", f"The form's field {name} is missing.")
        return default
    if len(value) > FIELD_BYTES_MAX:
        raise InvalidInput("text_too_long")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise InvalidInput("invalid_text") from None
