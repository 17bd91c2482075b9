"""The form of commands: what is refused before anything is queued, and what counts as the same request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from groat import Groat, InvalidInput
from groat.ledger import errors
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.budgeting import SetBudget
from groat.ledger.bulks import Bulk, Item
from groat.ledger.commands import Capture, Command, GrantPosting, Hold, Post, Posting, Release, SetBalance
from groat.ledger.granting import VoidGrant
from groat.ledger.grants import Terms
from groat.ledger.limits import OpenAccount, SetLimits
from groat.ledger.members import SetMember
from groat.ledger.reversing import Reverse
from groat.ledger.settling import SettleHold
from tests.helpers.money import invalid
from tests.ledger.words import ASSETS, NOBODY

Made = Callable[..., Command]


def post(*postings: tuple[str, str, int, str], **common: Any) -> Post:
    legs = tuple(Posting(*p) for p in postings or [("house:a", "user:a", 5, "CREDIT")])
    return Post(**{"principal": "service:test", "key": "k", "postings": legs, **common})


def bulk(*items: Item, **common: Any) -> Bulk:
    return Bulk(**{"principal": "service:test", "key": "k", "items": items, **common})


def hold(**common: Any) -> Hold:
    given = {"source": "user:a", "destination": "house:a", "amount": 5, "asset": "CREDIT", **common}
    return Hold(**{"principal": "service:test", "key": "k", **given})


def capture(**common: Any) -> Capture:
    return Capture(**{"principal": "service:test", "key": "k", "hold": NOBODY, **common})


def release(**common: Any) -> Release:
    return Release(**{"principal": "service:test", "key": "k", "hold": NOBODY, **common})


def reverse(**common: Any) -> Reverse:
    return Reverse(**{"principal": "service:test", "key": "k", "transaction": NOBODY, **common})


def set_balance(**common: Any) -> SetBalance:
    given = {"account": "user:a", "asset": "CREDIT", "balance": 5, **common}
    return SetBalance(**{"principal": "service:test", "key": "k", **given})


def set_limits(**common: Any) -> SetLimits:
    return SetLimits(
        **{"principal": "service:test", "key": "k", "account": "user:a", "asset": "CREDIT", **common}
    )


def open_account(**common: Any) -> OpenAccount:
    given = {"account": "user:a", "asset": "CREDIT", **common}
    return OpenAccount(**{"principal": "service:test", "key": "k", **given})


def grant(source: str = "house:a", **terms: Any) -> Post:
    posting = GrantPosting(source, "user:a", 5, "CREDIT", Terms(**terms))
    return Post(principal="service:test", key="k", postings=(posting,))


def void(**common: Any) -> VoidGrant:
    return VoidGrant(**{"principal": "service:test", "key": "k", "grant": NOBODY, "reason": "Test", **common})


def settle(**common: Any) -> SettleHold:
    return SettleHold(**{"principal": "service:test", "key": "k", "hold": NOBODY, "actual": 5, **common})


def member(**common: Any) -> SetMember:
    given = {"account": "team:a", "user": "a", "rights": ("read",), "is_staff": True, **common}
    return SetMember(**{"principal": "service:test", "key": "k", **given})


def budget(**common: Any) -> SetBudget:
    given = {"account": "user:a", "asset": "CREDIT", "limit": 5, "window": "day", **common}
    return SetBudget(**{"principal": "service:test", "key": "k", **given})


KINDS: list[Made] = [
    post, bulk, hold, capture, release, reverse, set_balance, set_limits, open_account
]  # fmt: skip

LEG = ("house:a", "user:a", 5, "CREDIT")

# What makes which command unfit to be queued.
UNFIT: list[tuple[str, Command]] = [
    *[("key_required", make(key="")) for make in KINDS if make is not bulk],
    *[("invalid_key", make(key="\n")) for make in KINDS if make is not bulk],
    *[("invalid_principal", make(principal="nobody")) for make in KINDS if make is not bulk],
    *[("invalid_principal", make(actor="nobody")) for make in KINDS if make is not bulk],
    *[("invalid_text", make(reason="\0")) for make in KINDS if make is not bulk],
    *[("invalid_text", make(reason="\ud800")) for make in KINDS if make is not bulk],
    *[("text_too_long", make(reason="x" * 1_001)) for make in KINDS if make is not bulk],
    *[("invalid_metadata", make(metadata={"a": float("nan")})) for make in KINDS if make is not bulk],
    *[("metadata_too_large", make(metadata={"a": "x" * 20_000})) for make in KINDS if make is not bulk],
    *[("invalid_time", make(effective_at=-1)) for make in KINDS if make is not bulk],
    *[("invalid_time", make(effective_at=AMOUNT_MAX + 1)) for make in KINDS if make is not bulk],
    ("key_required", bulk(post(), key="")),
    ("invalid_key", bulk(post(), key="\n")),
    ("no_postings", post().__class__(principal="service:test", key="k", postings=())),
    ("too_many_postings", post(*[LEG] * 1_001)),
    ("invalid_account", post(("house a", "user:a", 5, "CREDIT"))),
    ("invalid_account", post(("house:a", "user:", 5, "CREDIT"))),
    ("same_account", post(("house:a", "house:a", 5, "CREDIT"))),
    ("unknown_asset", post(("house:a", "user:a", 5, "EUR"))),
    ("unknown_asset", post(("house:a", "user:a", 5, "\ud800"))),
    ("amount_not_positive", post(("house:a", "user:a", 0, "CREDIT"))),
    ("amount_not_positive", post(("house:a", "user:a", -5, "CREDIT"))),
    ("amount_overflow", post(("house:a", "user:a", AMOUNT_MAX + 1, "CREDIT"))),
    # The last leg is looked at as closely as the first.
    ("same_account", post(LEG, LEG, ("house:a", "house:a", 5, "CREDIT"))),
    ("no_items", bulk()),
    ("invalid_item", bulk(post(), Release(principal="service:test", key="k", item=0))),
    ("too_many_items", bulk(*[post()] * 10_001)),
    ("too_many_items", bulk(*[post(*[LEG] * 1_000)] * 21)),
    ("invalid_account", hold(source="")),
    ("same_account", hold(source="house:a")),
    ("unknown_asset", hold(asset="EUR")),
    ("amount_not_positive", hold(amount=0)),
    ("amount_overflow", hold(amount=AMOUNT_MAX + 1)),
    ("invalid_time", hold(expires_at=-1)),
    ("invalid_time", hold(expires_at=253_402_300_800_000_000)),
    ("invalid_time", hold(lasts=-1)),
    ("invalid_time", hold(lasts=253_402_300_799_999_999)),
    ("invalid_excess", settle(excess="some")),
    ("invalid_excess", settle(excess="overdraft")),
    ("invalid_excess", settle(excess="available", overdraft=5)),
    ("invalid_member", member(rights=("own",))),
    ("invalid_budget", budget(window="week")),
    ("invalid_budget", budget(zone="Mars/Olympus")),
    ("invalid_budget", budget(account="", of="")),
    ("invalid_grant", grant(cls="free")),
    ("invalid_grant", grant(priority=1_000_001)),
    ("invalid_grant", grant(cause="x" * 65)),
    ("invalid_grant", grant(note="x" * 201)),
    ("invalid_grant", grant(expires_at=AMOUNT_MAX, lasts=5)),
    ("invalid_grant", grant(source="user:b")),
    ("invalid_text", grant(note="\0")),
    ("invalid_time", grant(expires_at=-1)),
    ("invalid_time", grant(lasts=253_402_300_799_999_999)),
    ("same_account", grant(source="user:a")),
    ("reason_required", void(reason=" ")),
    ("invalid_id", void(grant="1")),
    ("amount_not_positive", void(amount=0)),
    ("amount_overflow", void(amount=AMOUNT_MAX + 1)),
    ("invalid_id", capture(hold="1")),
    ("amount_not_positive", capture(amount=0)),
    ("amount_overflow", capture(amount=AMOUNT_MAX + 1)),
    ("invalid_id", release(hold="")),
    ("invalid_id", reverse(transaction="x")),
    ("amount_not_positive", reverse(amounts=(5, -1))),
    ("amount_not_positive", reverse(amounts=(0, 0))),
    ("amount_overflow", reverse(amounts=(AMOUNT_MAX + 1,))),
    ("invalid_account", set_balance(account="user:a ")),
    ("same_account", set_balance(account="house:adjustments")),
    ("unknown_asset", set_balance(asset="EUR")),
    ("amount_overflow", set_balance(balance=-AMOUNT_MAX - 1)),
    ("invalid_account", set_limits(account="*")),
    ("unknown_asset", set_limits(asset="")),
    ("amount_overflow", set_limits(ceiling=AMOUNT_MAX + 1)),
    ("amount_overflow", open_account(floor=-AMOUNT_MAX - 1)),
]


@pytest.mark.parametrize(("code", "command"), UNFIT, ids=lambda x: x if isinstance(x, str) else x.kind)
def test_what_is_unfit_is_refused_before_it_is_queued(code: str, command: Command) -> None:
    with pytest.raises(InvalidInput) as caught:
        command.check(ASSETS)
    assert caught.value.code == code
    for field in caught.value.fields.values():
        str(field).encode()


@pytest.mark.parametrize("make", [make for make in KINDS if make is not bulk], ids=lambda make: make.__name__)
def test_what_is_fit_passes(make: Made) -> None:
    make(reason="because", metadata={"a": 1}, actor="user:b", effective_at=0).check(ASSETS)


def test_a_bulk_tells_which_item_is_meant() -> None:
    with pytest.raises(InvalidInput) as caught:
        bulk(post(), post(), post(("house:a", "user:a", 0, "CREDIT"))).check(ASSETS)
    assert caught.value.fields["index"] == "2"


def test_the_largest_of_everything_passes() -> None:
    post(*[LEG] * 1_000).check(ASSETS)
    bulk(*[post()] * 10_000).check(ASSETS)
    bulk(*[post(*[LEG] * 1_000)] * 20).check(ASSETS)


async def test_every_code_of_unfit_input_is_met(groat: Groat) -> None:
    met = {code for code, _ in UNFIT}
    met.add(await invalid(groat.post([("house:a", "user:a", "x", "CREDIT")], key="k")))
    met.add(await invalid(groat.post([("house:a", "user:a", "0.5", "CREDIT")], key="k")))
    met.add(await invalid(groat.add_asset("credit", 0)))
    met.add(await invalid(groat.add_asset("CREDIT", 1)))
    met.add(await invalid(groat.streams.resume("user:a:b", None, 0)))
    met.add(await invalid(groat.post([("house:a", "user:a", 1)], key="k")))  # type: ignore[list-item]
    met.add(await invalid(groat.entries("user:a", "CREDIT", limit=0)))
    # A position is a matter of the rooms above: the ledger takes it in two parts.
    assert met == set(errors.INPUT_ERRORS) - {"invalid_position"}


async def test_unfit_input_freezes_nothing_and_opens_nothing(groat: Groat) -> None:
    assert await invalid(groat.post([("house:a", "user:a", "5", "EUR")], key="k")) == "unknown_asset"
    assert (
        await invalid(groat.post([("house:a", "user:a", "-5", "CREDIT")], key="k")) == "amount_not_positive"
    )
    assert await groat.accounts() == []
    assert not (await groat.post([("house:a", "user:a", "5", "CREDIT")], key="k")).replayed


def digest(command: Command) -> str:
    command.check(ASSETS)
    return command.body_digest()


SAME: list[tuple[str, Command, Command]] = [
    ("metadata in another order", post(metadata={"a": 1, "b": 2}), post(metadata={"b": 2, "a": 1})),
    ("empty metadata", post(metadata={}), post()),
    ("ids made by the server", post(ids=["1"]), post(ids=["2"])),
    ("an id in capitals", release(hold="A" * 8 + NOBODY[8:]), release(hold="a" * 8 + NOBODY[8:])),
    ("keys of items", bulk(post(key="1")), bulk(post(key="2"))),
    # The key itself is another digest: what is compared here is what stands under it.
    ("another key", post(key="1"), post(key="2")),
]

OTHER: list[tuple[str, Command, Command]] = [
    ("the amount", post(("house:a", "user:a", 5, "CREDIT")), post(("house:a", "user:a", 6, "CREDIT"))),
    ("the asset", post(("house:a", "user:a", 5, "CREDIT")), post(("house:a", "user:a", 5, "USD"))),
    ("the source", post(("house:a", "user:a", 5, "CREDIT")), post(("house:b", "user:a", 5, "CREDIT"))),
    ("the destination", post(("house:a", "user:a", 5, "CREDIT")), post(("house:a", "user:b", 5, "CREDIT"))),
    ("one more leg", post(LEG), post(LEG, LEG)),
    ("the reason", post(reason="a"), post(reason="b")),
    ("the actor", post(actor="user:a"), post(actor="user:b")),
    ("the metadata", post(metadata={"a": 1}), post(metadata={"a": "1"})),
    ("the date", post(effective_at=1), post(effective_at=2)),
    ("the right", post(), post(below_floor=True)),
    ("the kind", release(), capture()),
    ("the part captured", capture(amount=5), capture()),
    ("what becomes of the rest", capture(amount=5), capture(amount=5, final=False)),
    ("the expiry", hold(expires_at=5), hold()),
    ("how long it lasts", hold(lasts=5), hold(lasts=6)),
    ("a moment and a duration", hold(lasts=5), hold(expires_at=5)),
    ("the legs reversed", reverse(amounts=(5, None)), reverse(amounts=(None, 5))),
    ("the balance", set_balance(balance=0), set_balance(balance=1)),
    ("no limit and an old limit", set_limits(floor=None), set_limits()),
    ("floor and ceiling", set_limits(floor=5), set_limits(ceiling=5)),
    ("set and open", set_limits(), open_account()),
    (
        "the order of items",
        bulk(post(reason="a"), post(reason="b")),
        bulk(post(reason="b"), post(reason="a")),
    ),
    ("a bulk of one", bulk(post()), post()),
    ("items and legs", bulk(post(LEG, LEG)), bulk(post(LEG), post(LEG))),
]


@pytest.mark.parametrize(("what", "one", "two"), SAME, ids=[what for what, *_ in SAME])
def test_the_same_request(what: str, one: Command, two: Command) -> None:
    assert digest(one) == digest(two)


@pytest.mark.parametrize(("what", "one", "two"), OTHER, ids=[what for what, *_ in OTHER])
def test_another_request(what: str, one: Command, two: Command) -> None:
    assert digest(one) != digest(two)


def test_a_key_is_its_principals() -> None:
    assert post(key="k").key_digest() == hold(key="k").key_digest()
    assert post(key="k").key_digest() != post(key="k", principal="user:a").key_digest()


def test_digests_never_change() -> None:
    # They stand in databases for ever: when these values must change, keys need a form of their own.
    made = post(reason="Welcome", metadata={"order": 7}, effective_at=1)
    made.check(ASSETS)
    assert made.key_digest() == "d5278b979815803da83bc047dd9fb4c7"
    assert made.body_digest() == "a63ebcaa825e775eaa0046f0b45b1f53"
