"""The servers that tests start get ports that nothing else takes from them."""

from __future__ import annotations

import socket

from tests.servers import free_port


def test_a_free_port_is_none_that_outgoing_connections_are_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = []
        for _ in range(20):
            with socket.create_connection(listener.getsockname()) as connection:
                taken.append(connection.getsockname()[1])
        ports = [free_port() for _ in range(20)]
    assert max(ports) < min(taken), (ports, taken)
