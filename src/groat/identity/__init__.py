"""Identity: identify callers and their roles by token, API key or session; keep the built-in accounts."""

from groat.identity.errors import IDENTITY_ERRORS, IdentityError, Throttled, Unauthorized
from groat.identity.flows import Change
from groat.identity.identities import Identities
from groat.identity.model import ADMIN, STAFF_ROLES, SUPPORT, ApiKey, Identity, Person, Rechecked

__all__ = [
    "ADMIN",
    "IDENTITY_ERRORS",
    "STAFF_ROLES",
    "SUPPORT",
    "ApiKey",
    "Change",
    "Identities",
    "Identity",
    "IdentityError",
    "Person",
    "Rechecked",
    "Throttled",
    "Unauthorized",
]
