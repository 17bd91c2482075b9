"""Ids are UUIDv7 texts: a later id sorts later, so an index on them grows at its end."""

from uuid_utils import uuid7


def new_id() -> str:
    """Make a UUIDv7 in its canonical form."""
    return str(uuid7())
