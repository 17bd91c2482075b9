"""Looking things up: entries with running balance, balances of the past, transactions, lists, the audit log."""

from __future__ import annotations

import asyncio

from groat import Groat
from groat.ledger.commands import Post, Posting
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, invalid, new_key, refused, standing


async def test_a_transaction_as_its_first_answer_told_it(groat: Groat, clock: Clock) -> None:
    view = await groat.post(
        [("house:x", "user:a", "5", "CREDIT"), ("user:a", "user:b", "2", "CREDIT")],
        key="k",
        reason="why",
        metadata={"order": {"id": 7}, "tags": ["a", "b"]},
        actor="user:boss",
        principal="service:shop",
        at="2025-06-01T00:00:00+02:00",
    )
    assert (view.kind, view.reason, view.actor, view.principal, view.key) == (
        "post", "why", "user:boss", "service:shop", "k",
    )  # fmt: skip
    assert view.metadata == {"order": {"id": 7}, "tags": ["a", "b"]}
    assert (view.at, view.recorded_at) == ("2025-05-31T22:00:00.000000Z", "2026-01-01T12:00:00.000000Z")
    clock.advance(60)
    await give(groat, "user:a", "99")
    assert await groat.transaction(str(view.id)) == view
    assert await groat.transaction(str(view.id).upper()) == view
    assert await groat.transaction("00000000-0000-7000-8000-000000000000") is None
    assert await invalid(groat.transaction("x")) == "invalid_id"
    assert await groat.held("00000000-0000-7000-8000-000000000000") is None


async def test_entries_tell_why_a_balance_is_what_it_is(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    sale = await groat.post(
        [("user:a", "house:sales", "8", "CREDIT")],
        key="k",
        reason="Book",
        metadata={"isbn": "1"},
        principal="user:a",
    )
    (entry, first) = await groat.entries("user:a", "CREDIT")
    assert (entry.transaction, entry.delta, entry.balance, entry.version) == (sale.id, "-8", "42", 2)
    assert (entry.counterparty, entry.reason, entry.metadata, entry.actor) == (
        "house:sales", "Book", {"isbn": "1"}, "user:a",
    )  # fmt: skip
    assert (first.delta, first.balance, first.counterparty) == ("50", "50", "house:bonus")
    reversal = await groat.reverse(str(sale.id), key="r")
    assert (await groat.entries("user:a", "CREDIT", limit=1))[0].reverses == sale.id
    assert reversal.reverses == sale.id


async def test_entries_page_from_new_to_old_without_hole_or_repetition(groat: Groat) -> None:
    for n in range(25):
        source, destination = ("house:x", "user:a") if n % 3 else ("user:a:pot", "user:a")
        await groat.open_account("user:a:pot", "CREDIT", floor=None, key=f"o{n}")
        await groat.post(
            [(source, destination, "2", "CREDIT"), ("user:a", "user:b", "1", "CREDIT")], key=f"k{n}"
        )
    seen: list[int] = []
    before = None
    while page := await groat.entries("user:a", "CREDIT", before_version=before, limit=7):
        seen += [entry.version for entry in page]
        before = page[-1].version
    assert seen == list(range(50, 0, -1))
    assert await groat.entries("user:nobody", "CREDIT") == []
    assert await groat.entries("user:a", "USD") == []
    assert await invalid(groat.entries("user:a", "EUR")) == "unknown_asset"


async def test_a_balance_as_of_the_past_goes_by_effective_dates(groat: Groat, clock: Clock) -> None:
    async def on(day: int, amount: str) -> None:
        await groat.post(
            [("house:x", "user:a", amount, "CREDIT")], key=new_key(), at=f"2025-03-{day:02}T12:00:00Z"
        )

    await on(20, "5")
    await on(10, "3")
    await on(15, "1")

    async def then(at: str) -> str:
        view = await groat.account("user:a", at=at)
        assert view
        return view.balances[0].balance

    assert await then("2025-03-10T11:59:59.999999Z") == "0"
    assert await then("2025-03-10T12:00:00Z") == "3"
    assert await then("2025-03-15T12:00:00Z") == "4"
    assert await then("2025-03-20T12:00:00+01:00") == "4"
    assert await then("2025-03-20T12:00:00Z") == "9"
    assert await then("2026-01-01T12:00:00Z") == (await standing(groat, "user:a")).balance == "9"
    assert await groat.account("user:nobody", at="2025-03-20T12:00:00Z") is None
    assert await invalid(groat.account("user:a", at="yesterday")) == "invalid_time"


async def test_holds_of_the_past_count_as_they_did(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "50")
    clock.advance(10)
    hold = await groat.hold("user:a", "house:x", "20", "CREDIT", key="h", expires_at=clock.after(10))
    held_at = clock.moment
    clock.advance(10)
    await give(groat, "user:b", "1")
    now = await groat.account("user:a")
    then = await groat.account("user:a", at=held_at)
    assert hold.hold
    assert now
    assert then
    assert (now.balances[0].available, now.balances[0].held) == ("50", "0")
    assert (then.balances[0].available, then.balances[0].held) == ("30", "20")


async def test_backdating_changes_no_decision_of_the_past(groat: Groat) -> None:
    await groat.post([("house:x", "user:a", "5", "CREDIT")], key="1", at="2025-03-20T12:00:00Z")
    # By effective dates the account was empty then, but today it has the money.
    await groat.post([("user:a", "house:x", "5", "CREDIT")], key="2", at="2025-03-10T12:00:00Z")
    view = await groat.account("user:a", at="2025-03-15T00:00:00Z")
    assert view
    assert view.balances[0].balance == "-5"


async def test_accounts_page_by_path_and_prefix(groat: Groat) -> None:
    paths = ["house:x", "user:a", "user:a-b", "user:a:pot", "user:a:savings", "user:aa", "user:b"]
    for path in paths[1:]:
        await give(groat, path, "5")
    await give(groat, "user:a", "5", "USD")
    await groat.post([("house:bonus", "house:x", "1", "CREDIT")], key="h")

    async def listed(**options: object) -> list[str]:
        return [view.account for view in await groat.accounts(**options)]  # type: ignore[arg-type]

    assert await listed() == ["house:bonus", *paths]
    assert await listed(prefix="user:a") == ["user:a", "user:a:pot", "user:a:savings"]
    assert await listed(prefix="user") == paths[1:]
    assert await listed(asset="USD") == ["house:bonus", "user:a"]
    assert await listed(after="user:a", limit=2) == ["user:a-b", "user:a:pot"]
    assert await listed(prefix="user:a", after="user:a", limit=1) == ["user:a:pot"]
    (view,) = await groat.accounts(prefix="user:a", limit=1)
    # A page has whole accounts: both balances of this one.
    assert [b.asset for b in view.balances] == ["CREDIT", "USD"]
    assert await invalid(groat.accounts(prefix="user:")) == "invalid_account"


async def test_transactions_page_in_the_order_of_their_ids(groat: Groat) -> None:
    views = [await give(groat, "user:a", "1") for _ in range(7)]
    found = await groat.transactions(limit=4)
    found += await groat.transactions(after=str(found[-1].id), limit=4)
    assert found == views


async def test_the_audit_log_merges_transactions_and_acts(groat: Groat, clock: Clock) -> None:
    gift = await groat.post(
        [("house:bonus", "user:a", "50", "CREDIT")], key="1", actor="user:boss", reason="Sorry"
    )
    limits = await groat.set_limits(
        "user:a", "CREDIT", floor="-5", key="2", actor="user:boss", reason="Trust"
    )
    act = await groat.act("role_changed", actor="user:boss", target="user:a", before=["x"], after=["y"])
    hold = await groat.hold("user:a", "house:s", "20", "CREDIT", key="3", expires_at=clock.after(5))
    clock.advance(5)
    await groat.post([("user:a", "house:s", "1", "CREDIT")], key="4", principal="user:a")
    entries = await groat.audit()
    kinds = [(e.kind, e.actor, e.target) for e in entries]
    assert sorted(kinds[:2]) == [
        ("expire", "system:expiry", "user:a/CREDIT"),
        ("post", "user:a", "user:a/CREDIT"),
    ]
    assert kinds[2:] == [
        ("hold", "service:local", "user:a/CREDIT"),
        ("role_changed", "user:boss", "user:a"),
        ("set_limits", "user:boss", "user:a/CREDIT"),
        ("post", "user:boss", "user:a/CREDIT"),
    ]
    assert [e.id for e in entries] == sorted((e.id for e in entries), reverse=True)
    assert (entries[2].id, entries[3].id, entries[5].id, limits.id) == (hold.id, act, gift.id, None)
    assert (entries[5].before, entries[5].after, entries[5].reason) == (
        {"balance": "0", "held": "0"},
        {"balance": "50", "held": "0"},
        "Sorry",
    )
    assert (entries[2].before, entries[2].after) == (
        {"balance": "50", "held": "0"},
        {"balance": "50", "held": "20"},
    )
    assert (entries[4].before, entries[4].after, entries[4].key) == (
        {"floor": "0", "ceiling": None},
        {"floor": "-5", "ceiling": None},
        "2",
    )
    assert (entries[3].before, entries[3].after) == (["x"], ["y"])

    assert [e.kind for e in await groat.audit(actor="user:boss")] == ["role_changed", "set_limits", "post"]
    page = await groat.audit(limit=2)
    assert page == entries[:2]
    assert await groat.audit(before=page[-1].id, limit=99) == entries[2:]


async def test_the_audit_log_of_one_account_is_of_this_account(groat: Groat) -> None:
    # An underscore is a letter of a path, not a pattern, and capitals are other letters.
    for path in ("user:a_b", "user:axb", "user:A_B", "user:a_b:pot"):
        await groat.set_limits(path, "CREDIT", floor="-5", key=new_key())
        await give(groat, path, "5")
        await groat.act("note", actor="user:boss", target=path)
    for path in ("user:a_b", "user:axb", "user:A_B"):
        entries = await groat.audit(target=path)
        assert {(e.kind, e.target.partition("/")[0]) for e in entries} == {
            ("set_limits", path),
            ("post", path),
            ("note", path),
        }


async def test_a_refusal_is_no_act(groat: Groat) -> None:
    await refused(groat.set_limits("user:a", "CREDIT", floor="5", ceiling="1", key="1"))
    await groat.set_balance("user:a", "CREDIT", "0", key="2")
    await groat.open_account("user:b", "CREDIT", key="3")
    await groat.open_account("user:b", "CREDIT", floor="-9", key="4")
    assert [(e.kind, e.target) for e in await groat.audit()] == [("open_account", "user:b/CREDIT")]


async def test_an_asset_of_another_process_is_learnt(groat: Groat, database: Database, clock: Clock) -> None:
    await groat.add_asset("CREDIT", 0)
    async with Groat.open(database.url, store=database.store(clock)) as other:
        await other.add_asset("EUR", 2)
        first = await other.post([("house:x", "user:a", "5", "EUR")], key="1")
        hold = await other.hold("user:a", "house:x", "1", "EUR", key="2", expires_at=clock.after(5))
        await other.add_asset("GBP", 2)
        await other.post([("house:x", "user:b", "5", "GBP")], key="3")
        await other.add_asset("YEN", 0)
        await other.post([("house:x", "user:c", "5", "YEN")], key="4")
        await other.add_asset("SEK", 2)
    assert (await groat.streams.resume("user:b", None, 0)).snapshot
    assert (await standing(groat, "user:c", "YEN")).balance == "5"
    clock.advance(5)
    # The hold that is due counts an asset that this process has never heard of.
    outcomes = await asyncio.gather(give(groat, "user:z", "1"), groat.reverse(str(first.id), key="r"))
    assert [o.kind for o in outcomes] == ["post", "reverse"]
    held = await groat.held(str(hold.id))
    assert held
    assert held.state == "expired"
    posting = Posting("house:x", "user:a", 5, "SEK")
    await groat.execute(Post(principal="service:x", key="sek", postings=(posting,)))
    assert (await standing(groat, "user:a", "SEK")).balance == "0.05"
