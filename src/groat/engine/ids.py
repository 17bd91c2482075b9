"""Ids: UUIDv7 texts, so that what is made later sorts later and an index on them is appended to."""

from uuid_utils import uuid7


def new_id() -> str:
    """A new UUIDv7 in its canonical form."""
    return str(uuid7())
