"""Logging: structured lines, on a terminal for people, elsewhere as JSON; nothing secret ever in them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from groat.settings import Settings
from groat.tracing import name_trace

REDACTED = "[redacted]"

_SECRET_NAMES = re.compile(r"(?i)(token|secret|password|passwd|authorization|cookie|api[-_]?key|jwt)$")
# A JWT is three base64url parts, the first an encoded JSON object; the word Bearer hides what follows it.
_SECRET_VALUES = re.compile(
    r"eyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*|(?i:bearer)\s+[\w.~+/=-]+|((?i:token|api_key)=)[^&\s\"']+"
)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank values with secret names and tokens inside any text of one log line (a structlog processor)."""
    for name, value in event.items():
        event[name] = _redacted(name, value)
    return event


def _redacted(name: str, value: Any) -> Any:
    if _SECRET_NAMES.search(name) and value not in (None, "", True, False):
        return REDACTED
    if isinstance(value, str):
        return _SECRET_VALUES.sub(lambda found: (found.group(1) or "") + REDACTED, value)
    if isinstance(value, dict):
        return {key: _redacted(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", inner) for inner in value]
    return value


def configure(settings: Settings) -> None:
    """Send all logs, ours and the libraries', to standard error as ``log_level`` and ``log_format`` say."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    people = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        name_trace,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Tracebacks become text before the redaction, which thereby sees them too.
    ending: list[structlog.typing.Processor] = (
        [
            structlog.processors.format_exc_info,
            redact,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
        if people
        else [structlog.processors.format_exc_info, redact, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
