"""What a Host says about who asks."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: bytes) -> bool:
    """Whether a Host is localhost, a name below it, or an address of this machine or a private network, with any port.

    A page elsewhere can make a browser take a name of its own for such an address, but never send the address itself.
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
