"""What a Host says about who asks."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: bytes) -> bool:
    """Whether a Host names the machine itself: localhost, a name below it, or a loopback address, with any port."""
    name = host.decode("latin-1").lower()
    name = name.partition("]")[0].removeprefix("[") if name.startswith("[") else name.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
