"""Who may do what: one table of all operations, and the one rule about a person's own data.

Whatever is not in the table is not served at all. Rights are looked up by operation id, so the OpenAPI document, the
routes and the tests speak of the same thing.
"""

from __future__ import annotations

from enum import Enum

from groat.http.problems import HttpError
from groat.identity import Identity
from groat.ledger.accounts import owner_stream


class Right(Enum):
    """Who may call an operation. Admins may do everything that staff may; support only reads."""

    ANYONE = "anyone, without signing in"
    SESSION = "whoever holds a session cookie, from the server's own pages"
    SIGNED_IN = "whoever is signed in; people get only what is theirs"
    PERSON = "people, for what is theirs"
    READ = "admins, support and services"
    POST = "admins and services"
    STAFF = "admins and support"
    ADMIN = "admins"
    LOCAL = "staff, and whoever calls from the same machine without a proxy in between"


RIGHTS: dict[str, Right] = {
    "postTransaction": Right.POST,
    "postTransactions": Right.POST,
    "getTransaction": Right.SIGNED_IN,
    "reverseTransaction": Right.POST,
    "createHold": Right.POST,
    "getHold": Right.SIGNED_IN,
    "captureHold": Right.POST,
    "releaseHold": Right.POST,
    "listAccounts": Right.SIGNED_IN,
    "getAccount": Right.SIGNED_IN,
    "listEntries": Right.SIGNED_IN,
    "getStatement": Right.SIGNED_IN,
    "setBalance": Right.POST,
    "setLimits": Right.POST,
    "listAssets": Right.SIGNED_IN,
    "addAsset": Right.POST,
    "getMe": Right.SIGNED_IN,
    "readStream": Right.SIGNED_IN,
    "readStreams": Right.SIGNED_IN,
    "callAction": Right.PERSON,
    "listKinds": Right.SIGNED_IN,
    "listRequests": Right.SIGNED_IN,
    "fileRequest": Right.SIGNED_IN,
    "getRequest": Right.SIGNED_IN,
    "listSteps": Right.SIGNED_IN,
    "takeTransition": Right.SIGNED_IN,
    "lookAtRequest": Right.STAFF,
    "listLooks": Right.STAFF,
    "listNotifications": Right.SIGNED_IN,
    "sendNotification": Right.POST,
    "readNotifications": Right.PERSON,
    "getPreferences": Right.SIGNED_IN,
    "setPreferences": Right.SIGNED_IN,
    "findPerson": Right.SIGNED_IN,
    "listAudit": Right.STAFF,
    "listUsers": Right.STAFF,
    "addUser": Right.ADMIN,
    "getUser": Right.STAFF,
    "changeUser": Right.ADMIN,
    "revokeUser": Right.ADMIN,
    "login": Right.ANYONE,
    "refreshToken": Right.SESSION,
    "logout": Right.SESSION,
    "listApiKeys": Right.ADMIN,
    "addApiKey": Right.ADMIN,
    "revokeApiKey": Right.ADMIN,
    "previewSheet": Right.STAFF,
    "getConfig": Right.ANYONE,
    "listDemoPeople": Right.ANYONE,
    "getOpenapi": Right.ANYONE,
    "getDocs": Right.ANYONE,
    "isLive": Right.ANYONE,
    "isReady": Right.ANYONE,
    "getMetrics": Right.LOCAL,
}

WITHOUT_TOKEN = frozenset({Right.ANYONE, Right.SESSION, Right.LOCAL})
"""Rights that are not decided by a token."""


def allows(right: Right, identity: Identity) -> bool:
    """Whether the right covers this caller."""
    if right is Right.SIGNED_IN:
        return True
    if right is Right.POST:
        return identity.is_admin or identity.is_service
    if right is Right.READ:
        return identity.is_staff or identity.is_service
    if right is Right.PERSON:
        return identity.user is not None
    if right is Right.ADMIN:
        return identity.is_admin
    return identity.is_staff


def sees_everything(identity: Identity) -> bool:
    """Whether the caller may read all accounts, or only their own."""
    return allows(Right.READ, identity)


def owns(identity: Identity, path: str) -> bool:
    """Whether the account is the caller's own: ``user:7`` and what lies below it."""
    return identity.user is not None and owner_stream(path) == f"user:{identity.user}"


def check_readable(identity: Identity, path: str) -> None:
    """Raise HttpError ``forbidden`` unless the caller may read this account."""
    if not (owns(identity, path) or sees_everything(identity)):
        raise HttpError("forbidden")
