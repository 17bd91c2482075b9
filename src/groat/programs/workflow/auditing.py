"""Compare each request with its money, for ``groat verify``: page by page, so that memory stays bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from groat.ledger.amounts import Asset, format_amount
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.rows import RequestRow, moves_of
from groat.programs.workflow.steps import Moved, Pay, Request
from groat.store.assets import learn_assets
from groat.store.flow import Flow, Query
from groat.store.reading import FIRST_ID
from groat.store.verify import Add

CHECK = "verify_request_money"
PROMISE = "each request holds and moved what its state says"
PAGE = 200

Nets = Counter[tuple[str, str]]
"""The net change of accounts, smallest units by (path, asset)."""


def audit(kinds: Mapping[str, Kind[Any]], add: Add) -> Flow[None]:
    """Compare the requests of these kinds with their money; ``add`` is called with each contradiction."""
    # A kind may know in which asset its requests move money, though their rows name none.
    assets = {code: Asset(code, scale) for code, scale in (yield Query("list_assets"))}
    after = FIRST_ID
    while page := (yield Query("verify_request_page", (after, PAGE))):
        rows = [RequestRow(*values) for values in page]
        after = rows[-1].id
        ids = [row.id for row in rows]
        moves = {id: moves_of([id, text]) for id, text in (yield Query("read_request_moves", (ids,)))}
        holds: dict[str, list[Any]] = {}
        for id, *hold in (yield Query("verify_held", (ids,))):
            holds.setdefault(id, []).append(hold)
        rows = [row for row in rows if row.kind in kinds and _is_readable(row, add)]
        named = {asset for row in rows for asset in row.assets()}
        named |= {move.asset for all_ in moves.values() for move in all_}
        yield from learn_assets(assets, named | {hold[2] for all_ in holds.values() for hold in all_})
        for row in rows:
            _compare(kinds[row.kind], row, moves.get(row.id, ()), holds.get(row.id, []), assets, add)


def _is_readable(row: RequestRow, add: Add) -> bool:
    """Return whether the corrections of a row can be read; somebody may have changed them by hand."""
    try:
        row.corrected()
    except msgspec.MsgspecError as error:
        add(CHECK, _named(row), "corrections that can be read", str(error))
        return False
    return True


def _named(row: RequestRow) -> str:
    return f"{row.kind} {row.id} {row.state}"


def _compare(
    kind: Kind[Any],
    row: RequestRow,
    moves: tuple[Moved, ...],
    holds: list[Any],
    assets: dict[str, Asset],
    add: Add,
) -> None:
    what = _named(row)
    given = {asset: units for asset, units in row.corrected().given.items() if units}
    back = Counter[str]()
    for move in moves:
        if move.how == "correct":
            back[move.asset] += move.amount
    if dict(back) != given:
        add(CHECK, what, f"{_sums(given, assets)} given back", f"{_sums(dict(back), assets)} given back")
    if kind.books is None:
        return
    try:
        books = kind.books(_request(kind, row, assets))
    except Exception as error:  # noqa: BLE001 (data changed by hand may be unreadable for the kind)
        add(CHECK, what, "data that its kind can read", f"{type(error).__name__}: {error}")
        return
    found = _nets(move for move in moves if move.how != "correct" or not kind.inherits_correct)
    # Older versions allowed to capture such a hold by hand.
    by_hand = sum(hold[3] for hold in holds) - sum(move.amount for move in moves if move.how == "capture")
    for source, destination, asset, *_ in holds[:1] if by_hand else ():
        found.update({(source, asset): -by_hand, (destination, asset): by_hand})
    expected = _nets(_expected(books.moved, moves))
    held = sum(hold[4] for hold in holds)
    if _known(found) != _known(expected) or held != books.held:
        add(CHECK, what, _shown(expected, books.held, assets), _shown(found, held, assets))


def _request(kind: Kind[Any], row: RequestRow, assets: dict[str, Asset]) -> Request[Any]:
    return Request(
        id=row.id, kind=kind.name, owner=row.owner, state=row.state, version=row.version, data=row.read(kind),
        amount=row.amount, asset=row.asset, filed_by=row.filed_by, filed_at=row.filed_at, changed_at=row.changed_at,
        now=row.changed_at, actor="", assets=assets, corrected=row.corrected().given,
    )  # fmt: skip


def _expected(pays: Iterable[Pay], moves: Iterable[Moved]) -> Iterator[Moved]:
    """Yield what the payments should have moved: one of at most its amount moved what there is of it in the books."""
    found = Counter[tuple[str, str, str]]()
    for move in moves:
        if move.how != "correct":
            found[move.source, move.destination, move.asset] += move.amount
    for pay in sorted(pays, key=lambda pay: pay.at_most):
        pair = (pay.source, pay.destination, pay.asset)
        amount = min(pay.amount, max(0, found[pair])) if pay.at_most else pay.amount
        found[pair] -= amount
        yield Moved(*pair, amount, "")


def _nets(moves: Any) -> Nets:
    nets = Nets()
    for move in moves:
        nets[move.source, move.asset] -= move.amount
        nets[move.destination, move.asset] += move.amount
    return nets


def _known(nets: Nets) -> dict[tuple[str, str], int]:
    return {account: units for account, units in nets.items() if units}


def _sums(units: Mapping[str, int], assets: dict[str, Asset]) -> str:
    return ", ".join(_money(n, a, assets) for a, n in sorted(units.items())) or "nothing"


def _money(units: int, asset: str, assets: Mapping[str, Asset]) -> str:
    """Format the amount for people to read; an asset that does not exist has smallest units only."""
    return f"{format_amount(units, assets[asset].scale if asset in assets else 0)} {asset}"


def _shown(nets: Nets, held: int, assets: dict[str, Asset]) -> str:
    moved = [
        f"{path} {_money(units, asset, assets)}" for (path, asset), units in sorted(_known(nets).items())
    ]
    return f"{', '.join(moved) or 'nothing moved'}; {held} held"
