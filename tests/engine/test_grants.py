"""Grants beyond their order: what is due, who may not write, what screens and rights see."""

from __future__ import annotations

import asyncio

import pytest

from groat import Groat
from groat.engine.items import ReverseItem
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Refusal, Refused, StoreError
from tests.helpers.clock import Clock
from tests.helpers.databases import Database


async def test_what_expired_is_not_available_at_its_moment_and_is_booked_with_its_date(
    groat: Groat, clock: Clock
) -> None:
    ends = clock.after(60)
    await groat.grant("user:a", 100, "CREDIT", key="g", expires_at=ends)
    await groat.grant("user:a", 20, "CREDIT", key="later", expires_at=clock.after(600))
    view = await groat.account("user:a")
    assert view
    assert view.balances[0].expiring
    assert view.balances[0].expiring.amount == "100"
    before = view.balances[0]
    clock.advance(60)
    # Nobody has booked it yet, so the version stays, and the moment of reading tells which answer counts.
    view = await groat.account("user:a")
    assert view
    assert (view.balances[0].balance, view.balances[0].available) == ("120", "20")
    assert view.balances[0].version == before.version
    assert str(view.balances[0].as_of) > str(before.as_of)
    clock.advance(5)
    refused = await groat.execute(
        Post(principal="service:x", key="p", postings=(Posting("user:a", "house:s", 21, "CREDIT"),))
    )
    assert isinstance(refused, Refusal)
    assert refused.code == "insufficient_funds"
    (expiry, *_) = await groat.entries("user:a", "CREDIT")
    assert (expiry.kind, expiry.delta, expiry.counterparty) == ("expire_grant", "-100", "house:breakage")
    assert expiry.at.startswith(ends.isoformat()[:19])


async def test_a_held_part_outlives_its_grant_and_what_returns_is_nobodys(groat: Groat, clock: Clock) -> None:
    await groat.grant("user:a", 100, "CREDIT", key="g", expires_at=clock.after(60))
    hold = await groat.hold("user:a", "house:s", 40, "CREDIT", key="h")
    clock.advance(61)
    captured = await groat.capture(str(hold.id), key="c", amount=25)
    assert [(g.amount, g.held) for g in captured.grants or []] == [("-25", "-25"), ("0", "-15")]
    # The release has made 15 due. They cannot be spent, in the same batch neither.
    post = Post(principal="service:x", key="p", postings=(Posting("user:a", "house:s", 1, "CREDIT"),))
    assert isinstance(await groat.execute(post), Refusal)
    breakage = await groat.account("house:breakage")
    assert breakage
    assert breakage.balances[0].balance == "75"


async def test_older_writers_move_no_account_with_grants(groat: Groat, database: Database) -> None:
    await groat.grant("user:a", 5, "CREDIT", key="g")
    await groat.post([("house:x", "user:b", 5, "CREDIT")], key="p")
    older = "UPDATE groat_account SET credits = credits + 1, version = version + 1 WHERE path = '{}'"
    with pytest.raises(Exception, match="before 0011 may not move"):
        database.rows(older.format("user:a"))
    # Limits are no money, and accounts without grants are as they were.
    database.rows("UPDATE groat_account SET floor = 0 WHERE path = 'user:a'")


async def test_no_account_gets_grants_while_an_older_node_lives(
    groat: Groat, database: Database, clock: Clock
) -> None:
    async def older(name: str, seen_at: int) -> None:
        def write() -> object:
            return database.rows(
                f"INSERT INTO groat_node (name, address, seen_at) VALUES ('{name}', '', {seen_at}) RETURNING name"
            )

        await asyncio.to_thread(write)

    await groat.grant("user:a", 5, "CREDIT", key="a")
    await older("old", clock())
    with pytest.raises(StoreError) as error:
        await groat.grant("user:b", 5, "CREDIT", key="b")
    assert error.value.code == "older_nodes"
    # An account that has grants may get more, and nothing was frozen.
    await groat.grant("user:a", 5, "CREDIT", key="a2")
    clock.advance(91)
    view = await groat.grant("user:b", 5, "CREDIT", key="b")
    assert not view.replayed


async def test_a_grant_travels_between_people_with_its_terms_and_back_by_reversal(
    groat: Groat, clock: Clock
) -> None:
    given = await groat.grant(
        "user:a", 30, "CREDIT", key="g", expires_at=clock.after(60), cls="paid", priority=5, note="n"
    )
    sent = await groat.post([("user:a", "user:b", 20, "CREDIT")], key="s")
    mine, theirs = sent.grants or []
    assert given.grants
    assert mine.grant == given.grants[0].grant
    assert (mine.account, mine.amount, theirs.account, theirs.amount) == ("user:a", "-20", "user:b", "20")
    assert (theirs.class_, theirs.expires_at) == ("paid", mine.expires_at)
    back = await groat.reverse(str(sent.id), key="r")
    assert {(g.grant, g.amount) for g in back.grants or []} == {(mine.grant, "20"), (theirs.grant, "-20")}
    # At a shop it is plain money, and a refund by a post stays plain.
    await groat.post([("user:a", "house:s", 30, "CREDIT")], key="p")
    refund = await groat.post([("house:s", "user:a", 30, "CREDIT")], key="refund")
    assert not refund.grants


async def test_what_ended_a_grant_cannot_be_reversed(groat: Groat, clock: Clock) -> None:
    voided = await groat.grant("user:a", 100, "CREDIT", key="g")
    assert voided.grants
    grant = voided.grants[0].grant
    hold = await groat.hold("user:a", "house:s", 20, "CREDIT", key="h")
    ends = [await groat.void_grant(grant, key="v1", amount=30, reason="Twice")]
    ends.append(await groat.void_grant(grant, key="v2", reason="Twice"))
    # What the hold gives back to the voided grant returns, and another grant expires.
    await groat.release(str(hold.id), key="r")
    await groat.grant("user:a", 50, "CREDIT", key="short", expires_at=clock.after(60))
    clock.advance(60)
    await groat.expire_due()
    history = await groat.entries("user:a", "CREDIT")
    ended = [entry for entry in history if entry.kind in ("void_grant", "return_grant", "expire_grant")]
    assert [entry.delta for entry in ended] == ["-50", "-20", "-50", "-30"]
    for entry in ended:
        for amounts in (None, [10]):
            with pytest.raises(Refused, match="grant anew") as one:
                await groat.reverse(entry.transaction, key=f"{entry.transaction}/{amounts}", amounts=amounts)
            assert (one.value.code, one.value.fields["kind"]) == ("not_reversible", entry.kind)
        item = ReverseItem(entry.transaction)
        with pytest.raises(Refused) as all_or_none:
            await groat.bulk([item], key=f"all/{entry.transaction}")
        assert all_or_none.value.code == "not_reversible"
        (verdict,) = await groat.each([item], key=f"each/{entry.transaction}")
        assert isinstance(verdict, Refusal)
        assert verdict.code == "not_reversible"
    assert (await groat.verify()).ok
    # A new grant makes up for it.
    await groat.grant("user:a", 30, "CREDIT", key="anew")
    view = await groat.account("user:a")
    assert view
    assert (view.balances[0].balance, (await groat.verify()).ok) == ("30", True)


async def test_what_expired_is_not_taken_back_though_it_is_not_booked(groat: Groat, clock: Clock) -> None:
    given = await groat.grant("user:a", 100, "CREDIT", key="g", expires_at=clock.after(60))
    assert given.grants
    await groat.hold("user:a", "house:s", 20, "CREDIT", key="h")
    clock.advance(60)
    for amount in (None, 1):
        with pytest.raises(Refused) as refused:
            await groat.void_grant(given.grants[0].grant, key=f"v{amount}", amount=amount, reason="Twice")
        assert (refused.value.code, refused.value.fields["left"]) == ("grant_spent", "0")
    await groat.expire_due()
    breakage = await groat.account("house:breakage")
    assert breakage
    assert breakage.balances[0].balance == "80"


async def test_many_reversals_say_what_becomes_of_grants_as_one_does(groat: Groat, clock: Clock) -> None:
    await groat.grant("user:a", 100, "CREDIT", key="g", expires_at=clock.after(60))
    spent = [await groat.post([("user:a", "house:s", 30, "CREDIT")], key=f"s{n}") for n in range(2)]
    given = await groat.grant("user:b", 50, "CREDIT", key="b")
    await groat.post([("user:b", "house:s", 20, "CREDIT")], key="sb")
    clock.advance(61)
    await groat.bulk(
        [
            ReverseItem(str(spent[0].id), expired="restore"),
            ReverseItem(str(spent[1].id)),
            ReverseItem(str(given.id), short="debt"),
        ],
        key="bulk",
    )
    await groat.expire_due()
    # The first is granted anew for as long as it had left; the second expires at once; the third becomes a debt.
    for account, balance in (("user:a", "30"), ("user:b", "-20"), ("house:breakage", "70")):
        view = await groat.account(account)
        assert view
        assert view.balances[0].balance == balance, account
