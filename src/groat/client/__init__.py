"""A groat server from another server: every operation typed, each write done once (docs/python-client.md)."""

try:
    import httpx as _httpx  # noqa: F401
except ImportError as error:
    raise ImportError(
        "groat.client sends its requests with httpx: pip install 'groat[client]'", name=error.name
    ) from error

from groat.client import problems
from groat.client.again import again, again_async
from groat.client.client import AsyncClient, Client
from groat.client.emitting import emitBulkCreditUpdate
from groat.client.errors import ClientError, Problem, UnknownOutcome, Unreachable
from groat.client.newer import is_newer
from groat.client.paging import AsyncPaged, Paged
from groat.client.signing import sign_token

__all__ = [
    "AsyncClient",
    "AsyncPaged",
    "Client",
    "ClientError",
    "Paged",
    "Problem",
    "UnknownOutcome",
    "Unreachable",
    "again",
    "again_async",
    "emitBulkCreditUpdate",
    "is_newer",
    "problems",
    "sign_token",
]
