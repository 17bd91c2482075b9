"""The events of Socket.IO clients: under which names, and with which objects, they hear of what streams carry.

An event of a stream becomes packets in this order: one for each changed balance, then what a program told by the type
of the event, then each field that a program added to it. Each packet is an array of a name and an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import structlog
from msgspec import UNSET, Raw, UnsetType

from groat.ledger.views import BalanceView, SnapshotData
from groat.live.socketio.packets import RESERVED
from groat.settings import SettingsError, whereabouts
from groat.sparing import SparingLog
from groat.store.extension import Event

if TYPE_CHECKING:
    from groat.ledger.amounts import Asset
    from groat.settings import Settings

CREDIT: Final = "CREDIT"
NUMBER_MAX: Final = 2**53 - 1
"""The largest integer that JavaScript counts to exactly."""
_DIGITS_SURE: Final = len(str(NUMBER_MAX))
"""Whole amounts of fewer characters than this are exact."""
DOOR_NAMES: Final = frozenset({"error", "groat:position"})
"""Names of events that tell of the connection, not of a stream."""
_USER: Final = "user:"
_COMMISSIONS: Final = ":commissions"

log = structlog.stdlib.get_logger("groat.live")
_told = SparingLog(log)
_UNKNOWN_HINT: Final = (
    f"Nobody hears credit-updated until there is the asset of {whereabouts('socketio_credits')}."
)
_DECIMALS_HINT: Final = (
    "Nobody hears credit-updated: its credits are whole numbers, and this asset has decimals. "
    f"Name an asset without decimals in {whereabouts('socketio_credits')}, or listen to balance_updated."
)


class BalancePacket(msgspec.Struct, omit_defaults=True):
    """A balance after a change: decimal strings. ``version`` counts its changes, and ``id`` names this one.

    With ``snapshot`` it tells how the balance stands, and nothing has changed.
    """

    id: str
    account: str
    asset: str
    balance: str
    available: str
    held: str
    delta: str
    reason: str
    version: int
    snapshot: bool = False


class CreditPacket(msgspec.Struct, omit_defaults=True):
    """A person's credits after a change and before it, as whole numbers. Otherwise like ``balance_updated``.

    ``at`` is the moment of the change; with ``snapshot`` it is that of reading.
    """

    id: str
    candidate: str = msgspec.field(name="candidateId")
    credits: int
    previous: int = msgspec.field(name="previousCredits")
    delta: int
    reason: str
    at: str
    version: int
    snapshot: bool = False


class CommissionPacket(msgspec.Struct):
    """A movement of a person's commissions. ``status`` is the kind of transaction that made it, such as post.

    ``amount`` is a decimal string, negative for what was taken. ``version`` counts the changes of the balance.
    """

    id: str
    status: str
    amount: str
    currency: str
    reason: str
    version: int


class SocketEvent(msgspec.Struct, frozen=True):
    """One line of the table of events: the ``name`` that its packets bear, and the type of their object.

    ``own`` is the name that it has without settings.
    """

    own: str
    name: str
    shape: type[msgspec.Struct]


CORE: Final[dict[str, type[msgspec.Struct]]] = {
    "balance_updated": BalancePacket,
    "credit-updated": CreditPacket,
    "commission_update": CommissionPacket,
    "snapshot": SnapshotData,
}
"""The events that every server has, with the types of their objects. A snapshot is that of the stream."""


def shapes(events: Iterable[Event], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type of each event's object, by the event's name without settings.

    ``events`` are those that streams carry, ``fields`` the types of what programs add to events, by field.
    """
    told = {
        event.names()[0]: event.data if event.packets is None else event.packets.shape
        for event in events
        if event.data is not None
    }
    return CORE | told | dict(fields)


class _ToldChange(BalancePacket, gc=False, kw_only=True):
    """A change of a balance, read as the packet that tells of it. An event says the reason once for all its changes.

    It refers to nothing that could refer back, and thousands of these are made a second.
    """

    id: str = ""
    reason: str = ""


class _EventHead(msgspec.Struct, gc=False):
    """The type of an event, and the transaction that made it, which few packets name."""

    type: str
    transaction: str
    kind: str


class _Told(msgspec.Struct, gc=False):
    """The part of every event that is read; the programs' fields are added to it."""

    reason: str
    at: str
    changes: list[_ToldChange] | UnsetType = UNSET
    data: Raw | UnsetType = UNSET


class _Stands(msgspec.Struct):
    """The part of every snapshot that is read; the lists that have packets are added to it."""

    balances: list[BalanceView]
    as_of: str


_BALANCE, _CREDIT, _COMMISSION, _SNAPSHOT = CORE
_encode: Final = msgspec.json.Encoder().encode
_read_cause: Final = msgspec.json.Decoder(_EventHead).decode


class Translator:
    """Makes the packets of streams' events and snapshots.

    ``events`` are those that streams carry, ``fields`` the types of what programs add to events, by field. Raises
    SettingsError ``setting_invalid`` where the settings name no event, or one name for objects of two types.
    """

    def __init__(self, events: Sequence[Event], fields: Mapping[str, Any], settings: Settings) -> None:
        self._wanted = settings.socketio_credits
        self._asset = self._wanted or CREDIT
        self._names = settings.socketio_names
        self.events = self._table(events, fields)
        names = {each.own: each.name for each in self.events}
        self._balance = names[_BALANCE]
        self._credits = self._asset if names[_CREDIT] else ""
        """The asset of which ``credit-updated`` tells, "" for none."""
        self._snapshot = b'["%b",' % names[_SNAPSHOT].encode() if names[_SNAPSHOT] else b""
        self._name_of = {own: names[own] for own in CORE}
        self._name_of |= {
            event.name: names[event.names()[0]] for event in events if event.names()[0] in names
        }
        made = {event.name: event.packets for event in events if event.packets is not None}
        self._made = {name: (msgspec.json.Decoder(each.reads).decode, each.of) for name, each in made.items()}
        # An event's data that has no id of its own gets that of its transaction.
        self._plain = {
            event.name: (b'["%b",{' % name.encode(), "id" in event.data.__struct_fields__)
            for event in events
            if event.data is not None and event.packets is None and (name := self._name_of[event.name])
        }
        self._fields = [(field, b'["%b",' % name.encode()) for field in fields if (name := names[field])]
        parts: Any = Raw | UnsetType
        told = msgspec.defstruct(
            "Told", [(field, parts, UNSET) for field in fields], bases=(_Told,), gc=False
        )
        self._read_event = cast(Callable[[bytes], _Told], msgspec.json.Decoder(told).decode)
        listed = {each.listed: each for each in made.values() if each.listed}
        self._listed = [(field, each.of) for field, each in listed.items()]
        lists: list[tuple[str, Any, Any]] = [
            (field, GenericAlias(list, each.reads) | UnsetType, UNSET) for field, each in listed.items()
        ]
        stands = msgspec.defstruct("Stands", lists, bases=(_Stands,))
        self._read_snapshot = cast(Callable[[bytes], _Stands], msgspec.json.Decoder(stands).decode)

    def _table(self, events: Sequence[Event], fields: Mapping[str, Any]) -> tuple[SocketEvent, ...]:
        shape_of = shapes(events, fields)
        unknown = sorted(self._names.keys() - shape_of.keys())
        if unknown:
            raise SettingsError(
                "setting_invalid",
                setting="socketio_names",
                detail=f"no event is called {unknown[0]}; there are {', '.join(sorted(shape_of))}",
            )
        wrong = sorted((RESERVED | DOOR_NAMES) & set(self._names.values()))
        if wrong:
            raise SettingsError(
                "setting_invalid",
                setting="socketio_names",
                detail=f"the connection itself has an event called {wrong[0]}",
            )
        table = tuple(SocketEvent(own, self._names.get(own, own), shape) for own, shape in shape_of.items())
        by_name: dict[str, SocketEvent] = {}
        for each in table:
            other = by_name.setdefault(each.name, each)
            if each.name and other.shape is not each.shape:
                raise SettingsError(
                    "setting_invalid",
                    setting="socketio_names",
                    detail=f"{other.own} and {each.own} cannot both be called {each.name}: "
                    "their objects differ",
                )
        return table

    def check(self, assets: Mapping[str, Asset]) -> None:
        """Check the asset of which ``credit-updated`` tells, the setting ``socketio_credits``.

        Raises SettingsError ``setting_invalid`` for one with decimals: its amounts are no exact JSON numbers. One that
        nobody asked for is not told of, and the log says so.
        """
        asset = assets.get(self._asset)
        if asset is None and self._wanted:
            log.warning("socketio_credits_unknown", asset=self._wanted, hint=_UNKNOWN_HINT)
        if asset is not None and asset.scale:
            if self._wanted:
                raise SettingsError(
                    "setting_invalid",
                    setting="socketio_credits",
                    detail=f"{self._wanted} has {asset.scale} decimals, and credit-updated tells whole numbers; "
                    "name an asset without decimals",
                )
            if self._credits:
                log.warning(
                    "socketio_credits_not_told", asset=self._asset, scale=asset.scale, hint=_DECIMALS_HINT
                )
            self._credits = ""

    def packets(self, stream: str, event: bytes) -> list[bytes]:
        """Return the packets of an event of a stream, each as a JSON array; none for what has no name."""
        told = self._read_event(event)
        found: list[bytes] = []
        if told.changes is not UNSET:
            for change in told.changes:
                if self._balance:
                    change.id = f"balance/{change.account}/{change.asset}/{change.version}"
                    change.reason = told.reason
                    found.append(_encode((self._balance, change)))
                if change.asset == self._credits and change.account == stream:
                    found += self._credit(stream, change, change.delta, told.reason, told.at)
                elif change.account.endswith(_COMMISSIONS) and stream.startswith(_USER):
                    found += self._commission(change, _read_cause(event).kind, told.reason)
        if told.data is not UNSET:
            cause = _read_cause(event)
            made = self._made.get(cause.type)
            if made is not None:
                read, of = made
                found += self._named(of(read(told.data)))
            elif (plain := self._plain.get(cause.type)) is not None:
                head, has_id = plain
                found.append(
                    b"%b%b%b]"
                    % (head, b"" if has_id else _id(cause.transaction, told.data), bytes(told.data)[1:])
                )
        for field, head in self._fields:
            value = getattr(told, field)
            if value is not UNSET:
                found.append(b"%b%b]" % (head, value))
        return found

    def snapshot_packets(self, stream: str, snapshot: bytes) -> list[bytes]:
        """Return the packets of how a stream stands: the snapshot itself, then what apps know by other events."""
        stands = self._read_snapshot(snapshot)
        found = [b"%b%b]" % (self._snapshot, snapshot)] if self._snapshot else []
        for balance in stands.balances:
            account, asset, version = balance.account, balance.asset, balance.version
            if self._balance:
                stands_at = BalancePacket(
                    f"balance/{account}/{asset}/{version}",
                    account,
                    asset,
                    balance.balance,
                    balance.available,
                    balance.held,
                    "0",
                    "",
                    version,
                    True,
                )
                found.append(_encode((self._balance, stands_at)))
            if asset == self._credits and account == stream:
                found += self._credit(stream, balance, "0", "", stands.as_of, snapshot=True)
        for field, of in self._listed:
            for each in getattr(stands, field) or ():
                for name, packet in of(each):
                    cast(Any, packet).snapshot = True
                    found += self._named([(name, packet)])
        return found

    def _credit(
        self,
        stream: str,
        balance: _ToldChange | BalanceView,
        delta: str,
        reason: str,
        at: str,
        *,
        snapshot: bool = False,
    ) -> list[bytes]:
        """Tell a person of their credits, unless JavaScript would not have them exactly."""
        if not stream.startswith(_USER):
            return []
        if not (_is_whole(balance.balance) and _is_whole(delta)):
            return self._not_exact(balance)
        person, version = stream.removeprefix(_USER), balance.version
        credits, change = int(balance.balance), int(delta)
        previous = credits - change
        if not -NUMBER_MAX <= previous <= NUMBER_MAX:
            return self._not_exact(balance)
        packet = CreditPacket(
            f"credit/{person}/{version}", person, credits, previous, change, reason, at, version, snapshot
        )
        return [_encode((self._name_of[_CREDIT], packet))]

    def _not_exact(self, balance: _ToldChange | BalanceView) -> list[bytes]:
        account, asset = balance.account, balance.asset
        _told.warning("socketio_credits_not_exact", account, account=account, asset=asset)
        return []

    def _commission(self, change: _ToldChange, kind: str, reason: str) -> list[bytes]:
        """Tell of a movement of commissions. A hold moves none."""
        name = self._name_of[_COMMISSION]
        if not name or not change.delta.strip("-0."):
            return []
        account, asset, version = change.account, change.asset, change.version
        packet = CommissionPacket(
            f"commission/{account}/{asset}/{version}", kind, change.delta, asset, reason, version
        )
        return [_encode((name, packet))]

    def _named(self, told: Iterable[tuple[str, msgspec.Struct]]) -> Iterator[bytes]:
        for own, packet in told:
            name = self._name_of.get(own)
            if name:
                yield _encode((name, packet))


def _id(transaction: str, data: Raw) -> bytes:
    return b'"id":"%b"%b' % (transaction.encode(), b"" if bytes(data) == b"{}" else b",")


def _is_whole(amount: str) -> bool:
    """Return whether JavaScript has an amount exactly, as a number."""
    if len(amount) < _DIGITS_SURE:
        return "." not in amount
    return "." not in amount and -NUMBER_MAX <= int(amount) <= NUMBER_MAX
