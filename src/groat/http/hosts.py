"""Reads the Host of a request."""

from __future__ import annotations

import ipaddress
import string

_CHARACTERS = f"{string.ascii_letters}{string.digits}-._~!$&'()*+,;=:[]@%".encode()


def is_this_machine(host: bytes) -> bool:
    """Return whether a Host is localhost, a name below it, or an address of this machine or a private network.

    A page elsewhere can make a browser take a name of its own for such an address, but never send the address itself.
    The port does not matter.
    """
    name = host.decode("latin-1").lower()
    name = name.partition("]")[0].removeprefix("[") if name.startswith("[") else name.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def is_well_formed(host: bytes) -> bool:
    """Return whether a Host has only characters that RFC 3986 allows; any other request is to be refused with 400."""
    return not host.translate(None, _CHARACTERS)
