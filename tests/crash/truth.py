"""What is so: the database file as read by plain SQL, and balances folded from the answers alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from groat import Groat
from tests.crash.calls import Answer, Write
from tests.crash.clients import Began, Record
from tests.crash.mixture import FROZEN, UNFROZEN

# What posts; hold, release and expire only reserve or give back.
MOVING = {"post", "capture", "reverse", "set_balance"}


class Standing(NamedTuple):
    """A balance: Decimals in whole units, and the version."""

    balance: Decimal
    held: Decimal
    version: int


class Stream(NamedTuple):
    """A stream as the database has it: its events with offsets."""

    epoch: str
    events: list[tuple[int, Any]]

    @property
    def head(self) -> int:
        return self.events[-1][0] if self.events else 0


class Database:
    """Everything of a database file that the trials compare with, read at once. The file may be open elsewhere."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            connection.execute("BEGIN")
            (self.epoch,) = connection.execute("SELECT value FROM groat_meta WHERE name = 'epoch'").fetchone()
            self.keys = {digest for (digest,) in connection.execute("SELECT digest FROM groat_key")}
            self.transactions: dict[tuple[str, str], list[str]] = defaultdict(list)
            for id, principal, key in connection.execute(
                "SELECT id, principal, key FROM groat_txn ORDER BY id"
            ):
                self.transactions[principal, key].append(id)
            self.kinds = dict(connection.execute("SELECT id, kind FROM groat_txn"))
            self.accounts = {
                (path, asset): Standing(
                    Decimal(balance).scaleb(-scale), Decimal(held).scaleb(-scale), version
                )
                for path, asset, balance, held, version, scale in connection.execute(
                    "SELECT path, asset, credits - debits, debits_pending, version, scale"
                    " FROM groat_account JOIN groat_asset ON code = asset"
                )
            }
            self.streams: dict[str, Stream] = defaultdict(lambda: Stream(self.epoch, []))
            for name, generation, head in connection.execute(
                "SELECT name, generation, head FROM groat_stream"
            ):
                assert generation == 0, f"{name} began anew, which only lost history makes it do"
                rows = connection.execute(
                    "SELECT offset, data FROM groat_event JOIN groat_stream ON id = stream"
                    " WHERE name = ? ORDER BY offset",
                    (name,),
                )
                stream = self.streams[name] = Stream(
                    self.epoch, [(offset, json.loads(data)) for offset, data in rows]
                )
                assert stream.head == head
        finally:
            connection.close()

    def knows(self, principal: str, key: str) -> bool:
        """Whether a verdict stands under the key."""
        return hashlib.blake2b(f"{principal}\n{key}".encode(), digest_size=16).hexdigest() in self.keys

    def balances_of(self, stream: str) -> dict[tuple[str, str], Standing]:
        """The balances that the stream tells of."""
        return {
            pair: standing
            for pair, standing in self.accounts.items()
            if pair[0] == stream or pair[0].startswith(f"{stream}:")
        }


async def left_behind(path: Path, copy: Path) -> Database:
    """What a killed server left on the disk, read and verified in a copy, so that nothing is mended by looking."""
    found = _copied(path, copy)
    # With a long retention, or opening it would itself forget what the server was about to.
    async with Groat.open(f"sqlite:///{found}", retention_days=3_650) as groat:
        report = await groat.verify()
    assert report.ok, report.problems
    return Database(found)


def _copied(path: Path, copy: Path) -> Path:
    copy.mkdir()
    for file in (path, path.with_name(f"{path.name}-wal")):
        if file.exists():
            shutil.copy(file, copy / file.name)
    return copy / path.name


def is_frozen(answer: Answer) -> bool:
    """Whether the answer is one that its key keeps; fails when nobody expected it."""
    code = answer.body.get("code", "")
    assert answer.status < 300 or code in FROZEN | UNFROZEN, answer
    return code not in UNFROZEN


def ids_of(answer: Answer) -> list[str]:
    """The transactions that an answer names."""
    if answer.status >= 300:
        return []
    if "results" in answer.body:
        return [result["transaction"]["id"] for result in answer.body["results"]]
    return [answer.body["id"]] if answer.body.get("id") else []


def check_writes(writes: Iterable[Write], database: Database, *, killed: bool = False) -> None:
    """Each answered write is in the database as answered, once.

    After a kill (``killed``) the unanswered ones may be there or not: which, is noted in ``survived``.
    """
    owners: Counter[str] = Counter()
    for write in writes:
        if write.answer is None:
            assert killed, write
            write.survived = [database.knows(write.principal, key) for key in write.keys]
            continue
        for key, verdict in zip(write.keys, write.verdicts, strict=True):
            found = database.transactions.get((write.principal, key), [])
            if is_frozen(verdict):
                assert database.knows(write.principal, key), write
                assert sorted(ids_of(verdict)) == found, (found, write)
                owners.update(set() if write.shared else found)
            elif verdict.body["code"] != "key_reused":
                assert not database.knows(write.principal, key), write
                assert found == [], write
    assert set(owners.values()) <= {1}, "two keys share a transaction"


def check_retries(writes: Iterable[Write]) -> None:
    """A retry found the first verdict exactly where the database held it when the server died."""
    for write in writes:
        if not write.survived:
            continue
        for survived, verdict in zip(write.survived, write.verdicts, strict=True):
            if survived:
                assert verdict.replayed or verdict.body.get("code") == "key_reused", write
            elif not write.shared:
                assert not verdict.replayed, write


def transactions_of(writes: Iterable[Write]) -> dict[str, dict[str, Any]]:
    """All transactions that answers told of, by id; fails when two answers tell different things of one."""
    found: dict[str, dict[str, Any]] = {}
    for write in writes:
        for verdict in write.verdicts:
            if verdict.status >= 300:
                continue
            views = [verdict.body]
            if "results" in verdict.body:
                views = [result["transaction"] for result in verdict.body["results"]]
            for view in views:
                if view.get("id"):
                    told = {name: value for name, value in view.items() if name != "replayed"}
                    assert found.setdefault(view["id"], told) == told
    return found


def fold(transactions: Iterable[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    """Balances by the plainest reading of the transactions."""
    balances: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for transaction in transactions:
        if transaction["kind"] not in MOVING:
            continue
        for posting in transaction["postings"]:
            balances[posting["source"], posting["asset"]] -= Decimal(posting["amount"])
            balances[posting["destination"], posting["asset"]] += Decimal(posting["amount"])
    return balances


def check_versions(transactions: Iterable[dict[str, Any]], database: Database) -> None:
    """One version of a balance has one value, whoever tells of it."""
    told: dict[tuple[str, str, int], tuple[str, str]] = {}
    changes = [balance for transaction in transactions for balance in transaction["balances"]]
    for stream in database.streams.values():
        changes += [change for _, event in stream.events for change in event["changes"]]
    for change in changes:
        version = (change["account"], change["asset"], change["version"])
        value = (change["balance"], change["held"])
        assert told.setdefault(version, value) == value, version


def check_record(record: Record, database: Database) -> None:
    """A client was given every event from its snapshot on, once, in order, and its balances come out right."""
    stream = database.streams[record.stream]
    first, *steps = record.steps
    assert isinstance(first, Began), record.client
    assert first.snapshot is not None, record.client
    balances = {
        (each["account"], each["asset"]): Standing(
            Decimal(each["balance"]), Decimal(each["held"]), each["version"]
        )
        for each in first.snapshot["balances"]
    }
    expected = iter([event for event in stream.events if event[0] > first.offset])
    for step in steps:
        if isinstance(step, Began):
            assert (step.epoch, step.recovered) == (stream.epoch, True), (record.client, step)
            continue
        assert (step.offset, step.data) == next(expected, None), record.client
        for change in step.data["changes"]:
            pair = (change["account"], change["asset"])
            now = Standing(Decimal(change["balance"]), Decimal(change["held"]), change["version"])
            before = balances.get(pair, Standing(Decimal(), Decimal(), 0))
            assert now.version > before.version, (record.client, step)
            assert now.balance == before.balance + Decimal(change["delta"]), (record.client, step)
            balances[pair] = now
    assert list(expected) == [], record.client
    assert {pair: each for pair, each in balances.items() if each.version} == {
        pair: each for pair, each in database.balances_of(record.stream).items() if each.version
    }, record.client
