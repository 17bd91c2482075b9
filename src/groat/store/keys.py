"""The keys of commands: look up the verdicts under them, repeat these, and make the rows of new keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from groat.ledger.accounts import owner_stream
from groat.ledger.amounts import Asset
from groat.ledger.book import refuse
from groat.ledger.errors import Refusal
from groat.ledger.keys import Form
from groat.store.batch import Done, Outcome, Prepared, Verdict
from groat.store.flow import Flow, Query
from groat.store.rows import load_transactions

_encode = msgspec.json.encode


class Known(NamedTuple):
    """The entry of a key, made by an earlier batch (``transaction``, ``outcome``) or by this one (``verdict``)."""

    form: int
    body: str
    transaction: str | None
    outcome: Outcome | None
    verdict: Done | Refusal | None


def keys_query(prepared: Sequence[Prepared]) -> Query:
    """Ask for the entries of all forms of the commands' keys; :func:`known_keys` reads the answer."""
    return Query("find_keys", (list(dict.fromkeys(digest for p in prepared for digest in p.forms)),))


def known_keys(found: Sequence[Sequence[Any]]) -> dict[str, Known]:
    """Return the entries by digest."""
    return {
        digest: Known(form, body, txn, msgspec.json.decode(outcome, type=Outcome) if outcome else None, None)
        for digest, form, body, txn, outcome in found
    }


def find_keys(prepared: Sequence[Prepared]) -> Flow[dict[str, Known]]:
    """Read the entries of all forms of the commands' keys, by digest."""
    return known_keys((yield keys_query(prepared))) if prepared else {}


def verdict_on(p: Prepared, known: dict[str, Known]) -> Known | None:
    """Find the entry of a command's key in any of its forms.

    An entry under an earlier form counts only if an older version wrote it: a newer one means another key by it.
    """
    if not known:
        return None
    for digest in p.forms:
        found = known.get(digest)
        if found is not None and (found.form == Form.BEFORE or (found.form == Form.OWN and digest == p.key)):
            return found
    return None


def replay(p: Prepared, found: Known, assets: dict[str, Asset]) -> Flow[Verdict]:
    """Repeat the verdict that stands under a command's key; refuse the command if the key was used for another."""
    if found.body != p.body:
        return refuse("key_reused", key=p.command.key)
    if isinstance(found.verdict, Refusal) or (found.outcome and found.outcome.refusal):
        refusal = found.verdict if isinstance(found.verdict, Refusal) else found.outcome.refusal  # type: ignore[union-attr]
        assert isinstance(refusal, Refusal)
        return msgspec.structs.replace(refusal, replayed=True)
    if found.verdict is not None:
        return Done(p.command, found.verdict.transactions, found.verdict.outcome, replayed=True)
    ids = [found.transaction] if found.transaction else (found.outcome or Outcome()).transactions
    loaded = (yield from load_transactions(ids, assets)) if ids else {}
    return Done(p.command, [loaded[id] for id in ids], found.outcome, replayed=True)


def key_row(p: Prepared, verdict: Done | Refusal, stood: dict[str, str], now: int) -> tuple[Any, ...]:
    """Make the entry of a key. ``stood`` has the position of each stream when the command was decided."""
    if isinstance(verdict, Refusal):
        return (p.key, p.command.key_form(), p.body, None, _encode(Outcome(refusal=verdict, at=now)).decode())
    outcome = verdict.outcome
    if outcome is None:
        return (p.key, p.command.key_form(), p.body, verdict.transactions[0].id, None)
    for balance in outcome.balances:
        # A no-op's answer has the stream's position too, so that a client knows which events its balances include.
        stream = owner_stream(balance.account)
        if stream in stood:
            outcome.positions[stream] = stood[stream]
    return (p.key, p.command.key_form(), p.body, None, _encode(outcome).decode())
