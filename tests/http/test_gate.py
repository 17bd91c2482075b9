"""Who is let in and who gives way, without any socket."""

from __future__ import annotations

import pytest

from groat.http.gate import Gate, HttpLimits, counted_as


class Client:
    """A connection that gives way when it is asked, unless it is being served."""

    def __init__(self, *, served: bool = False) -> None:
        self.served = served
        self.gone = False

    def give_way(self) -> bool:
        self.gone = not self.served
        return self.gone


def waiting(gate: Gate, address: str, *, served: bool = False) -> Client:
    assert gate.enter(address) is None
    client = Client(served=served)
    gate.waiting[client] = address
    return client


def test_readers_who_are_connected_make_room_without_going() -> None:
    """They are in the list until somebody looks; nobody who waits has to go for them."""
    gate = Gate(HttpLimits(waiting_max=8))
    readers = [waiting(gate, "192.0.2.1", served=True) for _ in range(5)]
    others = [waiting(gate, "192.0.2.2") for _ in range(3)]
    waiting(gate, "192.0.2.3")
    assert not any(each.gone for each in readers + others)
    assert len(gate.waiting) == 8


def test_an_address_beyond_its_bound_loses_its_own_oldest() -> None:
    gate = Gate(HttpLimits(connections_per_address=3))
    stranger = waiting(gate, "192.0.2.9")
    mine = [waiting(gate, "192.0.2.1") for _ in range(3)]
    waiting(gate, "192.0.2.1")
    assert [each.gone for each in (stranger, *mine)] == [False, True, False, False]


def test_an_address_whose_connections_are_all_served_is_refused() -> None:
    gate = Gate(HttpLimits(connections_per_address=3))
    for _ in range(3):
        waiting(gate, "192.0.2.1", served=True)
    refusal = gate.enter("192.0.2.1")
    assert refusal is not None
    assert (refusal.status, refusal.code) == (429, "too_many_connections")
    assert gate.enter("192.0.2.2") is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "198.51.100.7", "10.1.2.3"])
def test_proxies_and_this_machine_are_not_counted_by_address(address: str) -> None:
    gate = Gate(HttpLimits(connections_per_address=2, trusted_proxies=("198.51.100.7", "10.0.0.0/8")))
    assert [gate.enter(address) for _ in range(9)] == [None] * 9


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_an_ipv6_address_counts_as_its_network(address: str, counted: str) -> None:
    assert counted_as(address) == counted
