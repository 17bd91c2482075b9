"""Ids are UUIDv7 texts: a later id sorts later, so an index on them grows at its end."""

import hashlib

from uuid_utils import uuid7


def new_id() -> str:
    """Make a UUIDv7 in its canonical form."""
    return str(uuid7())


def derived_id(id: str, part: int | str) -> str:
    """Make a UUIDv7 of the same millisecond from an id and a part; the same arguments always make the same id."""
    digest = hashlib.blake2b(f"{id}/{part}".encode(), digest_size=10).hexdigest()
    variant = "89ab"[int(digest[3], 16) % 4]
    return f"{id[:13]}-7{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"
