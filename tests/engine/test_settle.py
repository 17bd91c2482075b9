"""A settlement posts what was used: up to the hold whatever the limits, and beyond it as the policy says."""

from __future__ import annotations

from typing import Any

from groat import Groat, HoldItem, PostItem, Refusal, ReleaseItem, SettleItem
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Hold, Post, Posting
from groat.ledger.settling import SettleHold
from groat.ledger.views import TransactionView
from groat.store.batch import Done
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, invalid, new_key, refused, standing

ID = "00000000-0000-7000-8000-000000000000"


async def hold(groat: Groat, amount: str = "10", *, source: str = "user:a", **more: Any) -> str:
    view = await groat.hold(source, "house:llm", amount, "CREDIT", key=new_key(), **more)
    assert view.hold
    return view.hold.id


def settled(view: TransactionView) -> tuple[str, str, str, str]:
    told = view.settled
    assert told
    return told.captured, told.spent, told.freed, told.shortfall


# Settlements of a hold of 10 by somebody who has 15: the actual amount, the result, and the balance after it.
USES: list[tuple[str, dict[str, Any], tuple[str, ...], str]] = [
    ("0", {}, ("0", "0", "10", "0"), "15"),
    ("4", {}, ("4", "0", "6", "0"), "11"),
    ("10", {}, ("10", "0", "0", "0"), "5"),
    ("15", {}, ("10", "5", "0", "0"), "0"),
    # Nothing of an excess that does not fit, what there is, or more than that.
    ("16", {}, ("10", "0", "0", "6"), "5"),
    ("16", {"excess": "available"}, ("10", "5", "0", "1"), "0"),
    ("18", {"excess": "overdraft", "overdraft": "3"}, ("10", "8", "0", "0"), "-3"),
    ("19", {"excess": "overdraft", "overdraft": "3"}, ("10", "8", "0", "1"), "-3"),
    ("14", {"excess": "overdraft", "overdraft": "3"}, ("10", "4", "0", "0"), "1"),
]


async def test_up_to_the_hold_in_any_case_and_beyond_it_by_the_policy(groat: Groat) -> None:
    for number, (actual, policy, told, left) in enumerate(USES):
        user = f"user:{number}"
        await give(groat, user, "15")
        id = await hold(groat, source=user)
        key = f"s{number}"
        view = await groat.settle(id, actual, key=key, reason="Tokens", metadata={"n": 1}, **policy)
        assert settled(view) == told, (actual, policy)
        assert view.hold
        assert (view.kind, view.hold.state) == ("settle", "released" if actual == "0" else "captured")
        assert (await standing(groat, user))[:3] == (left, "0", left)
        again = await groat.settle(id, actual, key=key, reason="Tokens", metadata={"n": 1}, **policy)
        assert (again.replayed, settled(again), again.id) == (True, told, view.id)
        read = await groat.transaction(str(view.id))
        assert read
        assert read.settled == view.settled
        # It is settled once, and the policy is part of what the key stands for.
        if actual != "0":
            assert (await refused(groat.settle(id, "1", key=f"{key}/1"))).code == "hold_resolved"
        other = groat.settle(id, actual, key=key, reason="Tokens", excess="overdraft", overdraft="9")
        assert (await refused(other)).code == "key_reused"
    assert (await groat.verify()).problems == []


# The same of a hold that has ended.
LATE: list[tuple[str, dict[str, Any], Any]] = [
    ("12", {}, ("0", "12", "0", "0")),
    ("16", {}, "insufficient_funds"),
    ("16", {"excess": "available"}, ("0", "15", "0", "1")),
    ("20", {"excess": "overdraft", "overdraft": "4"}, ("0", "19", "0", "1")),
]


async def test_what_was_used_of_a_hold_that_ended_is_spent_by_the_policy_once(
    groat: Groat, clock: Clock
) -> None:
    for number, (actual, policy, told) in enumerate([*LATE, *LATE]):
        user, key = f"user:{number}", f"s{number}"
        await give(groat, user, "15")
        id = await hold(groat, source=user, expires_in=60)
        if number < len(LATE):
            await groat.release(id, key=f"r{number}")
        clock.advance(60)
        if told == "insufficient_funds":
            refusal = await refused(groat.settle(id, actual, key=key, **policy))
            assert (refusal.code, refusal.retryable_with_new_key) == (told, True)
            await give(groat, user, "1")
            assert settled(await groat.settle(id, actual, key=f"{key}/2", **policy)) == ("0", "16", "0", "0")
        else:
            view = await groat.settle(id, actual, key=key, **policy)
            assert settled(view) == told
            assert view.hold
            assert (view.hold.state, view.hold.captured, view.hold.released) == ("captured", "0", "10")
        assert (await refused(groat.settle(id, "1", key=f"{key}/1"))).code == "hold_resolved"
    assert (await groat.verify()).problems == []


async def test_use_that_nothing_pays_stands_in_the_books(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "10")
    id = await hold(groat, expires_in=60)
    clock.advance(60)
    await groat.post([("user:a", "house:other", "10", "CREDIT")], key="p")
    view = await groat.settle(id, "7", key="s", excess="available", metadata={"model": "m"})
    assert settled(view) == ("0", "0", "0", "7")
    assert view.id
    assert view.metadata == {"model": "m", "settle": {"shortfall": "7"}}
    (entry, *_) = await groat.entries("user:a", "CREDIT")
    assert (entry.kind, entry.delta, entry.held_delta) == ("settle", "0", "0")
    assert (await groat.verify()).problems == []


async def test_nothing_used_of_a_hold_that_ended_changes_nothing(groat: Groat) -> None:
    await give(groat, "user:a", "10")
    id = await hold(groat)
    await groat.release(id, key="r")
    before = await standing(groat, "user:a")
    for replayed in (False, True):
        view = await groat.settle(id, "0", key="s")
        assert (view.id, view.replayed, settled(view)) == (None, replayed, ("0", "0", "0", "0"))
    assert await standing(groat, "user:a") == before
    # So the hold can still be settled.
    assert settled(await groat.settle(id, "2", key="t")) == ("0", "2", "0", "0")


async def test_a_ceiling_keeps_the_excess_out_and_never_what_was_held(groat: Groat) -> None:
    await give(groat, "user:a", "30")
    await groat.set_limits("house:llm", "CREDIT", ceiling="12", key="c")
    first, second = await hold(groat, "5"), await hold(groat, "5")
    view = await groat.settle(first, "9", key="1")
    assert settled(view) == ("5", "0", "0", "4")
    assert view.settled
    assert view.settled.refused == "ceiling_exceeded"
    assert settled(await groat.settle(second, "9", key="2", excess="available")) == ("5", "2", "0", "2")


async def test_an_account_that_is_closing_pays_what_was_held_and_nothing_beyond(groat: Groat) -> None:
    await give(groat, "user:a", "30")
    id, late, frozen = await hold(groat, "5"), await hold(groat, "5"), await hold(groat, "5")
    await groat.release(late, key="r")
    await groat.set_state("user:a", "freeze", key="f", reason="Fraud?")
    assert (await refused(groat.settle(id, "1", key="0"))).code == "account_frozen"
    await groat.set_state("user:a", "close", key="c", reason="Left", rest_to="house:rest")
    assert settled(await groat.settle(id, "9", key="1", excess="available")) == ("5", "0", "0", "4")
    assert (await refused(groat.settle(late, "1", key="2"))).code == "account_closing"
    assert settled(await groat.settle(frozen, "2", key="3")) == ("2", "0", "3", "0")
    await groat.close_accounts()
    assert (await standing(groat, "user:a")).balance == "0"
    assert (await groat.verify()).problems == []


async def test_what_goes_beyond_waits_for_what_is_due_on_the_account(groat: Groat, clock: Clock) -> None:
    """More is due on it than one batch catches up, and it is the excess that needs it."""
    await give(groat, "user:a", "310")
    id = await hold(groat, "10")
    ends_at = clock() + 1_000_000
    held = await groat.execute_many(
        [
            Hold(
                principal="service:x", key=new_key(), source="user:a", destination="house:x", amount=1,
                asset="CREDIT", expires_at=ends_at,
            )
            for _ in range(300)
        ]
    )  # fmt: skip
    assert all(isinstance(each, Done) for each in held)
    clock.advance(60)
    assert settled(await groat.settle(id, "310", key="s")) == ("10", "300", "0", "0")


async def test_grants_pay_from_the_front_of_the_hold_and_the_excess_in_their_order(
    groat: Groat, clock: Clock, database: Database
) -> None:
    for amount, days in (("6", 2), ("6", 1), ("6", 3)):
        await groat.grant("user:a", amount, "CREDIT", key=new_key(), expires_at=clock.after(days * 86_400))
    id = await hold(groat, "8")
    view = await groat.settle(id, "14", key="s")
    assert settled(view) == ("8", "6", "0", "0")
    paid = [(each.posting, each.amount, each.held) for each in view.grants or ()]
    # The hold had taken the six that expire first, and two of the next.
    assert paid == [(0, "-6", "-6"), (0, "-2", "-2"), (1, "-4", "0"), (1, "-2", "0")]
    other = await hold(groat, "3")
    assert settled(await groat.settle(other, "1", key="t")) == ("1", "0", "2", "0")
    back = await groat.reverse(str(view.id), key="u", amounts=["1", "5"])
    assert [p.amount for p in back.postings] == ["1", "5"]
    rows = database.rows("SELECT remaining, held FROM groat_grant ORDER BY expires_at")
    assert rows == [(0, 0), (4, 0), (5, 0)]
    assert (await groat.verify()).problems == []


async def test_grants_that_may_not_be_passed_on_stay(groat: Groat) -> None:
    await groat.grant("user:a", "8", "CREDIT", key="g", cls="promotional")
    await give(groat, "user:a", "6")
    view = await groat.hold("user:a", "user:b", "2", "CREDIT", key="h")
    assert view.hold
    done = await groat.settle(view.hold.id, "20", key="s", excess="available")
    assert settled(done)[3] != "0"
    assert (await groat.verify()).problems == []


async def test_in_a_bulk_it_names_the_hold_by_its_place(groat: Groat) -> None:
    await give(groat, "user:a", "20")
    items: list[Any] = [
        HoldItem("user:a", "house:llm", "10", "CREDIT"),
        SettleItem(0, "12", excess="available", reason="Used"),
        HoldItem("user:a", "house:llm", "3", "CREDIT"),
        SettleItem(2, "0"),
        SettleItem(2, "0"),
        PostItem([("user:a", "house:fees", "1", "CREDIT")]),
    ]
    done = await groat.bulk(items, key="b")
    views = done.transactions
    assert [v.kind for v in views] == ["hold", "settle", "hold", "settle", "settle", "post"]
    assert [settled(v) for v in views if v.settled] == [
        ("10", "2", "0", "0"), ("0", "0", "3", "0"), ("0", "0", "0", "0"),
    ]  # fmt: skip
    assert views[4].id is None
    again = (await groat.bulk(items, key="b")).transactions
    assert [v.settled for v in again] == [v.settled for v in views]
    refusal = await refused(groat.bulk([ReleaseItem(ID), SettleItem(ID, "1")], key="c"))
    assert (refusal.code, refusal.fields["index"]) == ("hold_not_found", "0")
    assert (await standing(groat, "user:a")).balance == "7"


async def test_together_as_one_after_the_other(groat: Groat, clock: Clock) -> None:
    """Settlements of one account in one batch see those before them, as in batches of their own."""
    stood = []
    for path, together in (("user:a", True), ("user:b", False)):
        await give(groat, path, "20")
        holds = [
            (await groat.hold(path, "house:x", "4", "CREDIT", key=new_key(), expires_in=ends)).hold
            for ends in (60, 60, 1)
        ]
        clock.advance(2)
        uses: list[dict[str, Any]] = [
            {"actual": 9}, {"actual": 2}, {"actual": 30, "excess": "overdraft", "overdraft": 2}
        ]  # fmt: skip
        commands: list[Any] = [
            SettleHold(principal="service:x", key=new_key(), hold=h.id if h else "", **use)
            for h, use in zip(holds, uses, strict=True)
        ]
        commands.insert(
            1, Post(principal="service:x", key=new_key(), postings=(Posting(path, "house:y", 1, "CREDIT"),))
        )
        if together:
            verdicts = await groat.execute_many(commands)
        else:
            verdicts = [await groat.execute(command) for command in commands]
        told = [v.code if isinstance(v, Refusal) else v.view().settled for v in verdicts]
        stood.append((told, await standing(groat, path)))
    assert stood[0] == stood[1]
    assert stood[0][1].balance == "-2"


async def test_what_is_no_settlement(groat: Groat) -> None:
    await give(groat, "user:a", "20")
    id = await hold(groat)
    bad: list[tuple[dict[str, Any], str]] = [
        ({"actual": "-1"}, "amount_not_positive"),
        ({"actual": "1.5"}, "too_many_digits"),
        ({"actual": "x"}, "invalid_amount"),
        ({"actual": 1.5}, "invalid_amount"),
        ({"actual": str(2**63)}, "amount_overflow"),
        ({"actual": "1", "excess": "overdraft"}, "invalid_excess"),
        ({"actual": "1", "overdraft": "5"}, "invalid_excess"),
        ({"actual": "1", "excess": "all"}, "invalid_excess"),
        ({"actual": "1", "excess": "overdraft", "overdraft": "0"}, "amount_not_positive"),
        ({"actual": "1", "metadata": {"settle": 1}}, "invalid_metadata"),
        ({"actual": "1", "metadata": {"a": "x" * 16_300}}, "metadata_too_large"),
    ]
    for more, code in bad:
        assert await invalid(groat.settle(id, **more, key="k")) == code
    assert await invalid(groat.settle("x", "1", key="k")) == "invalid_id"
    assert (await refused(groat.settle(ID, "1", key="k"))).code == "hold_not_found"
    assert (await standing(groat, "user:a"))[:2] == ("20", "10")


async def test_a_dry_run_settles_nothing(groat: Groat) -> None:
    await give(groat, "user:a", "20")
    id = await hold(groat)
    assert settled(await groat.dry_run.settle(id, "12", key="s")) == ("10", "2", "0", "0")
    assert (await standing(groat, "user:a"))[:2] == ("20", "10")


def test_the_policy_is_in_the_digest() -> None:
    def digest(**more: Any) -> str:
        command = SettleHold(principal="service:x", key="k", hold=ID, **{"actual": 5, **more})
        command.check({})
        return command.body_digest()

    told: list[dict[str, Any]] = [{}, {"actual": 6}, {"excess": "available"}, {"excess": "overdraft", "overdraft": 1},
            {"excess": "overdraft", "overdraft": 2}]  # fmt: skip
    assert len({digest(**each) for each in told}) == len(told)
    bulk = [
        Bulk(
            principal="service:x", key="k",
            items=(
                Hold(principal="service:x", key="k", source="a", destination="b", amount=1, asset="CREDIT"),
                SettleHold(principal="service:x", key="k", item=0, **{"actual": 5, **each}),
            ),
        ).body_digest()
        for each in told
    ]  # fmt: skip
    assert len(set(bulk)) == len(told)
