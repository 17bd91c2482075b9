"""Rehearse commands: decide them over the books as they are, without locking or writing anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from groat.ledger.accounts import Limits
from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Refs, refuse
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal
from groat.ledger.keys import Form
from groat.ledger.rows import Account, HoldRow
from groat.store.batch import Broken, Done, Prepared, prepare
from groat.store.budgets import name_budgets, read_all
from groat.store.flow import Flow, Query
from groat.store.grants import name_grants, purse_queries, read_expiring, take_purses
from groat.store.keys import Known, find_keys, verdict_on
from groat.store.phases import decide
from groat.store.rows import load_transactions

KEYS_PAGE = 1_000
ATTEMPTS_MAX = 100


class Foreseen(NamedTuple):
    """The verdict a command would get: a refusal, or None; ``known`` if an earlier one under its key decided it."""

    refusal: Refusal | None
    known: bool


def rehearse(
    commands: Sequence[Command],
    assets: dict[str, Asset],
    limits: Callable[[str], Limits],
    new_id: Callable[[], str],
    again: Callable[[Command, int], Command] | None = None,
) -> Flow[list[Foreseen]]:
    """Decide commands one after the other, each seeing the ones before it.

    ``assets`` may have some that are still to be made; ``limits`` gives those of accounts that would be opened.
    ``again`` makes the second, third, ... attempt at a command that was refused under its key before. Raises
    InvalidInput.
    """
    (now,) = yield Query("read_now", ())
    book, refs = Book(now, assets), Refs()
    for command in commands:
        command.check(assets)
        command.needs(refs, book)
        refs.spenders |= {command.principal, command.actor}
    yield from name_grants(refs, refs.grants)
    yield from name_budgets(refs, refs.budgets)
    yield from read_books(book, refs, limits)
    known: dict[str, Known] = {}
    prepared = [prepare(command) for command in commands]
    for start in range(0, len(prepared), KEYS_PAGE):
        known |= yield from find_keys(prepared[start : start + KEYS_PAGE])
    foreseen = []
    for p in prepared:
        found = _foresee(p, book, known, new_id)
        attempt = 1
        while again and _may_succeed_again(found, attempt) and attempt < ATTEMPTS_MAX:
            attempt += 1
            command = again(p.command, attempt)
            command.check(assets)
            next_ = prepare(command)
            known = (yield from find_keys([next_])) | known
            found = _foresee(next_, book, known, new_id)
        foreseen.append(found)
    return foreseen


def made_later(commands: Sequence[Command], again: Callable[[Command, int], Command]) -> Flow[list[bool]]:
    """Find which of these commands, refused under their own keys, a further attempt carried out.

    ``again`` makes the second, third, ... attempt at one.
    """
    made = [False] * len(commands)
    rest = list(range(len(commands)))
    for attempt in range(2, ATTEMPTS_MAX + 1):
        tried = [(number, prepare(again(commands[number], attempt))) for number in rest]
        known: dict[str, Known] = {}
        for start in range(0, len(tried), KEYS_PAGE):
            known |= yield from find_keys([p for _, p in tried[start : start + KEYS_PAGE]])
        found = [(number, p, verdict_on(p, known)) for number, p in tried]
        rest = []
        for number, p, verdict in found:
            if verdict is None:
                continue
            if verdict.body == p.body and not (verdict.outcome and verdict.outcome.refusal):
                made[number] = True
            else:
                rest.append(number)
        if not rest:
            break
    return made


def read_books(book: Book, refs: Refs, limits: Callable[[str], Limits]) -> Flow[None]:
    """Read what ``refs`` names as it will be once all is done that is due by now, without a lock.

    Nothing may be written of such a book. ``limits`` gives those of accounts that would be opened.
    """
    by_id: dict[int, Account] = {}
    for path in sorted({path for path, _ in refs.accounts}):
        for id, _, asset, *rest in (yield Query("read_account", (path,))):
            if asset in book.assets:
                by_id[id] = Account(id, path, book.assets[asset], *rest)
                book.add(by_id[id])
    for number, (path, asset) in enumerate(sorted(refs.accounts - book.accounts.keys())):
        book.add(Account(-1 - number, path, book.assets[asset], *limits(path), fresh=True))
    if refs.holds:
        for id, source, destination, *rest in (yield Query("read_holds", (sorted(refs.holds),))):
            if source in by_id and destination in by_id:
                book.holds[id] = HoldRow(id, by_id[source], by_id[destination], *rest)
    if refs.transactions:
        book.transactions |= yield from load_transactions(sorted(refs.transactions), book.assets)
    yield from _read_purses(book, refs)
    yield from read_all(book, refs)


def _read_purses(book: Book, refs: Refs) -> Flow[None]:
    """Read the grants of the accounts as they will be once all is booked that has ended by now."""
    queries = purse_queries(book.accounts.values(), book.holds.values())
    if not queries:
        return
    book.named_grants = refs.grants
    found = []
    for query in queries:
        found.append((yield query))
    yield from take_purses(book, queries, found, book.transactions.values())
    yield from read_expiring(list(book.purses))
    for account, purse in book.purses.items():
        account.debits += account.expired
        purse.live = [grant for grant in purse.live if grant.due_at is None or grant.due_at > book.now]
        purse.free = sum(grant.free for grant in purse.live)


def _may_succeed_again(found: Foreseen, attempt: int) -> bool:
    # Do not try a key again that another body used first; pass over the key of a further attempt.
    return found.known and found.refusal is not None and (attempt > 1 or found.refusal.code != "key_reused")


def _foresee(p: Prepared, book: Book, known: dict[str, Known], new_id: Callable[[], str]) -> Foreseen:
    found = verdict_on(p, known)
    if found is not None:
        if found.body != p.body:
            return Foreseen(refuse("key_reused", key=p.command.key), known=True)
        before = (
            found.verdict if isinstance(found.verdict, Refusal) else found.outcome and found.outcome.refusal
        )
        return Foreseen(before or None, known=True)
    p.command.ids = [new_id() for _ in range(p.command.ids_needed())]
    verdict = decide(p.command, book, first=False)
    if isinstance(verdict, Broken):
        raise verdict.error
    if isinstance(verdict, Refusal):
        known[p.key] = Known(Form.OWN, p.body, None, None, verdict)
        return Foreseen(verdict, known=False)
    known[p.key] = Known(Form.OWN, p.body, None, None, None)
    # A command that made no transaction found everything done already.
    return Foreseen(None, known=isinstance(verdict, Done) and not verdict.transactions)
