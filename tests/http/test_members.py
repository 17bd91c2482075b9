"""Shared accounts over HTTP: what members read and change, and that nobody else reads or changes any of it."""

from __future__ import annotations

import pytest

from tests.http.conftest import Api, code, posting

TEAM = "/v1/accounts/team:acme"
READS = (TEAM, f"{TEAM}/entries?asset=CREDIT", f"{TEAM}/members")


@pytest.fixture
async def team(api: Api) -> None:
    """An account of 42, who manages it, with 50 from the house and a payment to person 8."""
    body = {"rights": ["manage"], "reason": "Founder"}
    answer = await api.call("shop", f"PUT {TEAM}/members/42", body)
    assert (answer.status_code, answer.json()["rights"]) == (200, ["read", "manage"])
    legs = [posting("house:bonus", "team:acme", "50"), posting("team:acme", "user:8", "3")]
    await api.call("shop", "POST /v1/transactions", {"postings": legs, "reason": "Start"})


async def statuses(api: Api, caller: str) -> list[int]:
    return [(await api.call(caller, f"GET {path}")).status_code for path in READS]


async def heard(api: Api, user: str) -> str:
    """All that a person's stream has."""
    return " ".join(each.data.decode() for each in await api.groat.streams.read(f"user:{user}", 0))


@pytest.mark.usefixtures("team")
async def test_members_read_and_manage_and_others_do_neither(api: Api) -> None:
    assert await statuses(api, "42") == [200] * 3
    assert await statuses(api, "7") == [403] * 3
    assert await statuses(api, "sam") == [200] * 3
    for caller in ("7", "sam"):
        refused = await api.call(caller, f"PUT {TEAM}/members/7", {"rights": ["read"]})
        assert (refused.status_code, code(refused)) == (403, "not_a_manager")
    # A manager adds another member, who then reads, and changes nobody.
    added = await api.call("42", f"PUT {TEAM}/members/7", {"rights": ["spend"]}, key="add")
    assert added.json()["rights"] == ["read", "spend"]
    assert (await api.call("42", f"PUT {TEAM}/members/7", {"rights": ["spend"]}, key="add")).json()[
        "replayed"
    ]
    assert await statuses(api, "7") == [200] * 3
    assert code(await api.call("7", f"PUT {TEAM}/members/42", {"rights": []})) == "not_a_manager"
    members = (await api.call("7", f"GET {TEAM}/members")).json()["items"]
    assert [(m["user"], m["rights"]) for m in members] == [
        ("42", ["read", "manage"]),
        ("7", ["read", "spend"]),
    ]
    me = (await api.call("7", "GET /v1/me")).json()
    assert me["shared"] == [{"account": "team:acme", "rights": ["read", "spend"]}]
    assert ("team:acme", "47") in [(b["account"], b["balance"]) for b in me["balances"]]
    # Metadata, and who else is there, is not for them; their own history is as before.
    entries = (await api.call("7", f"GET {TEAM}/entries?asset=CREDIT")).json()["items"]
    assert [(e["delta"], e["metadata"]) for e in entries] == [("-3", {}), ("50", {})]
    # Removed, they read nothing more, at once.
    assert (await api.call("42", f"PUT {TEAM}/members/7", {"rights": []})).json()["rights"] == []
    assert await statuses(api, "7") == [403] * 3
    assert "shared" not in (await api.call("7", "GET /v1/me")).json()
    assert (await heard(api, "7")).count('"member_updated"') == 2


@pytest.mark.usefixtures("team")
async def test_a_member_reads_nothing_of_other_members_or_accounts(api: Api) -> None:
    await api.call("42", f"PUT {TEAM}/members/7", {"rights": ["read"]})
    for path in ("user:42", "user:8", "house:bonus", "team:acme:pot", "team:acm", "team"):
        for read in ("", "/entries?asset=CREDIT", "/members"):
            answer = await api.call("7", f"GET /v1/accounts/{path}{read}")
            assert answer.status_code == 403, (path, read)
    assert (await api.call("7", "GET /v1/streams/user:42/events")).status_code == 403
    assert (await api.call("7", "GET /v1/accounts?prefix=team")).status_code == 403
    legs = [posting("team:acme", "user:8", "3"), posting("house:bonus", "team:acme", "9")]
    await api.call("shop", "POST /v1/transactions", {"postings": legs})
    told = await heard(api, "7")
    assert "team:acme" in told
    for other in ("user:8", "house:bonus", "user:42"):
        assert other not in told


@pytest.mark.usefixtures("team")
async def test_what_is_no_member(api: Api) -> None:
    for path, body, said in (
        (f"{TEAM}/members/9", {"rights": []}, "member_not_found"),
        (f"{TEAM}/members/9", {"rights": ["own"]}, "invalid_body"),
        (f"{TEAM}/members/a:b", {"rights": ["read"]}, "invalid_member"),
        ("/v1/accounts/user:42/members/9", {"rights": ["read"]}, "invalid_account"),
        ("/v1/accounts/house:x/members/9", {"rights": ["read"]}, "invalid_account"),
    ):
        assert code(await api.call("ada", f"PUT {path}", body)) == said
    dry = (await api.call("ada", f"PUT {TEAM}/members/9?dry_run=true", {"rights": ["read"]})).json()
    assert (dry["dry_run"], dry["transaction"], dry["rights"]) == (True, None, ["read"])
    assert len((await api.call("ada", f"GET {TEAM}/members")).json()["items"]) == 1
