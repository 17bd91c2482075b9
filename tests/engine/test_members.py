"""Shared accounts: members hear of them, from the commit that adds them to the one that removes them."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from groat import Groat
from groat.ledger.members import MEMBERS_MAX
from tests.helpers.clock import Clock
from tests.helpers.money import give, invalid, new_key, refused

TEAM = "team:acme"


async def share(groat: Groat, user: str, *rights: str, **more: Any) -> list[str]:
    return await groat.set_member(TEAM, user, rights, key=new_key(), **more)


async def told(groat: Groat, user: str) -> list[Any]:
    """Return the events of a person's stream: the type, and which balances changed to what."""
    events = [msgspec.json.decode(each.data) for each in await groat.streams.read(f"user:{user}", 0)]
    return [(e["type"], {c["account"]: c["balance"] for c in e.get("changes", [])}) for e in events]


async def snapshot(groat: Groat, user: str) -> Any:
    return msgspec.json.decode((await groat.streams.snapshot(f"user:{user}")).data)


async def test_members_hear_of_an_account_while_they_are_members(groat: Groat) -> None:
    assert await share(groat, "ada", "manage") == ["read", "manage"]
    assert await share(groat, "bob", "spend") == ["read", "spend"]
    # Its balances are opened by the first money.
    await give(groat, TEAM, "50")
    await groat.post([(TEAM, "user:cyd", "5", "CREDIT"), ("user:cyd", TEAM, "1", "CREDIT")], key="p")
    await share(groat, "bob")
    await give(groat, TEAM, "4")
    assert await told(groat, "ada") == [
        ("member_updated", {}), ("member_updated", {}), ("balance_updated", {TEAM: "50"}),
        ("balance_updated", {TEAM: "46"}), ("member_updated", {}), ("balance_updated", {TEAM: "50"}),
    ]  # fmt: skip
    assert await told(groat, "bob") == [
        ("member_updated", {}), ("balance_updated", {TEAM: "50"}), ("balance_updated", {TEAM: "46"}),
        ("member_updated", {}),
    ]  # fmt: skip
    # Changes of Cyd's own accounts reach Cyd alone.
    assert await told(groat, "cyd") == [("balance_updated", {"user:cyd": "4"})]
    seen = await snapshot(groat, "ada")
    assert [(b["account"], b["balance"]) for b in seen["balances"]] == [(TEAM, "50")]
    assert seen["shared"] == [{"account": TEAM, "rights": ["read", "manage"]}]
    for user in ("bob", "cyd"):
        other = await snapshot(groat, user)
        assert TEAM not in [b["account"] for b in other["balances"]]
        assert "shared" not in other
    assert [(m.user, m.rights) for m in await groat.members(TEAM)] == [("ada", ["read", "manage"])]
    assert (await groat.verify()).problems == []


async def test_holds_and_what_is_due_reach_the_members(groat: Groat, clock: Clock) -> None:
    await give(groat, TEAM, "50")
    await share(groat, "ada", "read")
    await groat.hold(TEAM, "house:x", "20", "CREDIT", key="h", expires_in=5)
    clock.advance(6)
    await groat.expire_due()
    assert [kind for kind, _ in await told(groat, "ada")] == [
        "member_updated",
        "balance_updated",
        "balance_updated",
    ]
    await groat.grant(TEAM, "7", "CREDIT", key="g", expires_at=clock.after(5))
    clock.advance(6)
    await groat.expire_due()
    assert (await told(groat, "ada"))[-1] == ("balance_updated", {TEAM: "50"})
    assert (await groat.verify()).problems == []


async def test_who_may_change_members_and_how_many_there_may_be(groat: Groat) -> None:
    await asyncio.gather(*(share(groat, str(n), "read") for n in range(MEMBERS_MAX)))
    assert (await refused(share(groat, "one-more", "read"))).code == "too_many_members"
    await share(groat, "7")
    await share(groat, "one-more", "read")
    assert (await refused(share(groat, "7"))).code == "member_not_found"
    assert len(await groat.members(TEAM)) == MEMBERS_MAX
    for account in ("user:7", "house:x", "role:admin", "house"):
        assert await invalid(groat.set_member(account, "8", ["read"], key="k")) == "invalid_account"
    for user, rights in (("a:b", ["read"]), ("8", ["own"])):
        assert await invalid(groat.set_member(TEAM, user, rights, key="k")) == "invalid_member"
    assert (await groat.verify()).problems == []


async def test_a_key_gives_rights_once(groat: Groat) -> None:
    assert await groat.set_member(TEAM, "ada", ["spend"], key="k") == ["read", "spend"]
    await share(groat, "ada")
    assert await groat.set_member(TEAM, "ada", ["spend"], key="k") == ["read", "spend"]
    assert await groat.members(TEAM) == []
    assert (await refused(groat.set_member(TEAM, "ada", ["manage"], key="k"))).code == "key_reused"
