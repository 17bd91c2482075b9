"""Vouchers in the ledger: each rule, races for the last use, undoing, and a naive model beside it all."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat import Groat, Refusal, Refused
from groat.ledger.grants import Terms
from groat.programs.credits.vouchers import codes
from groat.programs.credits.vouchers.campaigns import (
    BeginCampaign,
    ChangeCampaign,
    MakeCodes,
    Rules,
    VoidCode,
)
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.redeeming import Redeem, UndoRedemption
from groat.programs.credits.vouchers.words import Vouchers
from groat.store.batch import Done
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import new_key, standing
from tests.helpers.tables import parse_table
from tests.programs.credits.shop import Shop

STAFF = "user:ada"
RULES = Rules("Spring", 10)


async def begin(groat: Groat, code: str = "SPRING", **more: Any) -> str:
    """Begin a campaign; its id."""
    rules = msgspec.structs.replace(RULES, **more)
    made = await groat.execute(
        BeginCampaign(
            principal=STAFF, key=new_key(), rules=rules, asset="CREDIT", source="house:promotions", code=code
        )
    )
    assert isinstance(made, Done), made
    return str(made.extra["campaign"])


async def make(groat: Groat, campaign: str, count: int) -> list[str]:
    """Make single-use codes; their digests by number."""
    seed = codes.new_seed()
    digests = codes.Mint("a secret").digests(seed, count)
    made = await groat.execute(
        MakeCodes(principal=STAFF, key=new_key(), campaign=campaign, seed=seed, digests=digests, wanted=count)
    )
    assert isinstance(made, Done), made
    return list(digests)


def redeem(user: str, code: str = "SPRING", digest: str = "", key: str = "") -> Redeem:
    meant = digest or codes.digest_of(codes.normalise(code) or "")
    return Redeem(principal=f"user:{user}", key=key or new_key(), code=meant, person=f"user:{user}")


async def verdict(groat: Groat, command: Any) -> str:
    """Return the result of a command: ok, or the code of its refusal or error."""
    try:
        found = await groat.execute(command)
    except VoucherError as error:
        return error.code
    return found.code if isinstance(found, Refusal) else "ok"


# Somebody redeems a code, so many seconds after all campaigns began; the first of several reasons is told.
TABLE = """
code     rules                                   at   who  verdict
SPRING   -                                       0    a    ok
SPRING   -                                       0    a    voucher_yours_used_up
SPRING   -                                       0    b    ok
NOPE     -                                       0    a    voucher_not_found
TWICE    uses_each=2                             0    a    ok
TWICE    uses_each=2                             0    a    ok
TWICE    uses_each=2                             0    a    voucher_yours_used_up
ANY      uses_each=0                             0    a    ok
ANY      uses_each=0                             0    a    ok
LAST     uses_max=1                              0    a    ok
LAST     uses_max=1                              0    b    voucher_used_up
LAST     uses_max=1                              0    a    voucher_used_up
POOR     budget=25                               0    a    ok
POOR     budget=25                               0    b    ok
POOR     budget=25                               0    c    voucher_budget_used_up
LATER    starts=60                               59   a    voucher_not_yet
LATER    starts=60                               60   a    ok
BRIEF    ends=60                                 59   a    ok
BRIEF    ends=60                                 60   b    voucher_over
STOPPED  active=0 starts=60                      0    a    voucher_stopped
FULL     uses_max=1 ends=60                      0    a    ok
FULL     uses_max=1 ends=60                      60   b    voucher_over
"""


async def test_each_rule(groat: Groat, clock: Clock) -> None:
    began, campaigns = clock(), dict[str, str]()
    for row in sorted(parse_table(TABLE), key=lambda row: int(row["at"])):
        code = f"{row['code']}-CODE"
        if row["code"] not in (*campaigns, "NOPE"):
            told = dict(pair.split("=") for pair in row["rules"].split() if pair != "-")
            more: dict[str, Any] = {name: int(value) for name, value in told.items()}
            for name in ("starts", "ends"):
                if name in more:
                    more[f"{name}_at"] = began + more.pop(name) * 1_000_000
            if "active" in more:
                more["active"] = bool(more["active"])
            if "uses_each" in more:
                more["uses_each"] = more["uses_each"] or None
            campaigns[row["code"]] = await begin(groat, code, **more)
        clock.advance(int(row["at"]) - (clock() - began) / 1_000_000)
        assert await verdict(groat, redeem(row["who"], code)) == row["verdict"], row


async def test_what_it_pays(groat: Groat) -> None:
    await begin(groat, grant=Terms("promotional", None, 60_000_000, 5, "voucher", "Spring"))
    done = await groat.execute(redeem("7"))
    assert isinstance(done, Done)
    view = done.view()
    assert (view.kind, view.reason, view.cause) == ("voucher", "Spring", f"voucher:redemption:{view.id}")
    assert isinstance(view.grants, list)
    assert [(each.account, each.amount) for each in view.grants] == [("user:7", "10")]
    assert (await standing(groat, "house:promotions")).balance == "-10"


async def test_the_last_use_goes_to_one_of_a_hundred(groat: Groat) -> None:
    campaign = await begin(groat, uses_max=3)
    await asyncio.gather(groat.execute(redeem("x")), groat.execute(redeem("y")))
    found = Counter(await asyncio.gather(*(verdict(groat, redeem(str(n))) for n in range(100))))
    assert found == {"ok": 1, "voucher_used_up": 99}
    single = await begin(groat, "")
    (digest,) = await make(groat, single, 1)
    found = Counter(
        await asyncio.gather(*(verdict(groat, redeem(str(n), digest=digest)) for n in range(100)))
    )
    assert found == {"ok": 1, "voucher_used_up": 99}
    # One person, from many places at once.
    many = await begin(groat, "MANY-PLACES")
    found = Counter(await asyncio.gather(*(verdict(groat, redeem("z", "MANY-PLACES")) for _ in range(100))))
    assert found == {"ok": 1, "voucher_yours_used_up": 99}
    assert campaign < single < many


async def test_a_key_redeems_once(groat: Groat) -> None:
    await begin(groat, uses_each=None)
    first = await groat.execute(redeem("7", key="k"))
    again = await groat.execute(redeem("7", key="k"))
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert (again.replayed, again.extra) == (True, first.extra)
    # A wrong code leaves the key free.
    assert await verdict(groat, redeem("7", "NOPE-NOPE", key="other")) == "voucher_not_found"
    assert await verdict(groat, redeem("7", key="other")) == "ok"
    # A refusal is final for its key.
    await begin(groat, "STOPPED", active=False)
    assert await verdict(groat, redeem("7", "STOPPED", key="third")) == "voucher_stopped"
    assert await verdict(groat, redeem("7", "SPRING", key="third")) == "key_reused"


async def test_undoing_frees_the_use(groat: Groat) -> None:
    campaign = await begin(groat, "", uses_max=1)
    digests = await make(groat, campaign, 2)
    done = await groat.execute(redeem("7", digest=digests[0]))
    assert isinstance(done, Done)
    id = str(done.view().id)
    assert await verdict(groat, redeem("8", digest=digests[1])) == "voucher_used_up"
    back = [UndoRedemption(principal=STAFF, key=new_key(), reason="Wrong", transaction=id) for _ in range(2)]
    assert await verdict(groat, back[0]) == "ok"
    assert await verdict(groat, back[1]) == "redemption_undone"
    assert (await standing(groat, "user:7")).balance == "0"
    assert await verdict(groat, redeem("8", digest=digests[0])) == "ok"
    other = UndoRedemption(principal=STAFF, key=new_key(), reason="Wrong", transaction=str(campaign))
    assert await verdict(groat, other) == "redemption_not_found"


async def test_what_is_spent_is_not_taken_back_unless_as_debt(groat: Groat) -> None:
    await begin(groat, grant=Terms("paid", cause="voucher"))
    done = await groat.execute(redeem("7"))
    assert isinstance(done, Done)
    await groat.post([("user:7", "house:sales", "4", "CREDIT")], key="spend")
    undo = UndoRedemption(principal=STAFF, key="one", reason="Wrong", transaction=str(done.view().id))
    assert await verdict(groat, undo) == "grant_spent"
    undo = UndoRedemption(
        principal=STAFF, key="two", reason="Wrong", transaction=str(done.view().id), short="debt"
    )
    assert await verdict(groat, undo) == "ok"
    assert (await standing(groat, "user:7")).balance == "-4"


async def test_no_other_door_undoes_it(groat: Groat) -> None:
    await begin(groat)
    done = await groat.execute(redeem("7"))
    assert isinstance(done, Done)
    with pytest.raises(Exception, match="belongs_to_voucher"):
        await groat.reverse(str(done.view().id), key="back")


async def test_a_campaign_is_changed(groat: Groat) -> None:
    campaign = await begin(groat)
    assert await verdict(groat, redeem("7")) == "ok"

    def change(**more: Any) -> ChangeCampaign:
        version = more.pop("version", None)
        return ChangeCampaign(
            principal=STAFF, key=new_key(), campaign=campaign, version=version,
            rules=msgspec.structs.replace(RULES, **more),
        )  # fmt: skip

    assert await verdict(groat, change(active=False)) == "ok"
    assert await verdict(groat, redeem("8")) == "voucher_stopped"
    assert await verdict(groat, change(version=1)) == "campaign_changed"
    assert await verdict(groat, change(budget=9)) == "voucher_below_past"
    assert await verdict(groat, change(amount=3, version=2)) == "ok"
    assert await verdict(groat, redeem("8")) == "ok"
    assert [(await standing(groat, f"user:{who}")).balance for who in "78"] == ["10", "3"]


async def test_codes_that_read_the_same_are_one(groat: Groat) -> None:
    await begin(groat, "OIL-2026")
    two = [
        BeginCampaign(
            principal=STAFF, key=new_key(), rules=RULES, asset="CREDIT", source="house:promotions", code=code
        )
        for code in ("01l2o26", "FRESH", "fresh")
    ]
    found = await asyncio.gather(*(verdict(groat, each) for each in two))
    assert sorted(found) == ["ok", "voucher_code_taken", "voucher_code_taken"]


async def test_a_withdrawn_code(groat: Groat) -> None:
    campaign = await begin(groat, "")
    digests = await make(groat, campaign, 2)
    assert await verdict(groat, redeem("7", digest=digests[0])) == "ok"
    for digest, wanted in zip(digests, ("voucher_not_unused", "ok"), strict=True):
        withdraw = VoidCode(principal=STAFF, key=new_key(), reason="Lost", code=digest)
        assert await verdict(groat, withdraw) == wanted
    assert await verdict(groat, redeem("8", digest=digests[1])) == "voucher_void"


async def test_a_first_purchase(groat: Groat) -> None:
    await begin(groat, first_purchase=True)
    assert await verdict(groat, redeem("42")) == "ok"
    await begin(groat, "BUYERS", first_purchase=True)
    shop = Shop(groat)
    await shop.put()
    order = await shop.order()
    assert await verdict(groat, redeem("7", "BUYERS")) == "ok"
    await shop.take(order, "fulfil")
    assert await verdict(groat, redeem("42", "BUYERS")) == "voucher_first_purchase"


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_naive_model_beside_it(groat: Groat, seed: int) -> None:
    """Redemptions and undoings at random, in batches that are cut at random, decided as one by one."""
    rng = random.Random(seed)
    bounds = {"uses_max": 40, "uses_each": 3, "budget": 350}
    await begin(groat, "MODEL", **bounds)
    uses, by, done = 0, Counter[str](), list[tuple[str, str]]()
    for _ in range(8):
        commands, wanted = list[Any](), list[str]()
        going = list(done)
        for _ in range(rng.randint(1, 20)):
            if going and rng.random() < 0.3:
                id, who = going.pop(rng.randrange(len(going)))
                commands.append(UndoRedemption(principal=STAFF, key=new_key(), reason="No", transaction=id))
                uses, by[who] = uses - 1, by[who] - 1
                done.remove((id, who))
                wanted.append("ok")
                continue
            who = rng.choice("abcdefghijklmnop")
            commands.append(redeem(who, "MODEL"))
            if uses >= bounds["uses_max"]:
                wanted.append("voucher_used_up")
            elif by[who] >= bounds["uses_each"]:
                wanted.append("voucher_yours_used_up")
            elif 10 * (uses + 1) > bounds["budget"]:
                wanted.append("voucher_budget_used_up")
            else:
                uses, by[who] = uses + 1, by[who] + 1
                wanted.append("ok")
        found = await groat.execute_many(commands)
        assert [each.code if isinstance(each, Refusal) else "ok" for each in found] == wanted
        for command, each in zip(commands, found, strict=True):
            if isinstance(command, Redeem) and isinstance(each, Done):
                done.append((str(each.view().id), command.person.removeprefix("user:")))
    assert (await standing(groat, "house:promotions")).balance == str(-10 * uses)
    for who, many in by.items():
        assert (await standing(groat, f"user:{who}")).balance == str(10 * many)


@pytest.mark.parametrize(
    ("what", "broken", "mended"),
    [
        ("campaign", "campaign SET uses = uses + 1", "campaign SET uses = uses - 1"),
        ("person", "person SET made = made + 1", "person SET made = made - 1"),
        (
            "code",
            "code SET person = 'user:x' WHERE number = 1",
            "code SET person = 'user:b' WHERE number = 1",
        ),
        (
            "code",
            "code SET state = 'unused', redemption = NULL, person = NULL WHERE number = 1",
            "code SET state = 'redeemed', person = 'user:b', redemption ="
            " (SELECT r.id FROM groat_voucher_redemption AS r WHERE r.code = groat_voucher_code.id) WHERE number = 1",
        ),
        ("redemption", "redemption SET amount = amount + 1", "redemption SET amount = amount - 1"),
        ("transaction", "redemption SET id = 'x' || id", "redemption SET id = substr(id, 2)"),
    ],
)
async def test_verify_finds_rows_that_were_changed(
    groat: Groat, database: Database, what: str, broken: str, mended: str
) -> None:
    await begin(groat)
    digest, _ = await make(groat, await begin(groat, ""), 2)
    assert await verdict(groat, redeem("a")) == await verdict(groat, redeem("b", digest=digest)) == "ok"
    for sql, found in ((broken, {what}), (mended, set())):
        change(database, f"UPDATE groat_voucher_{sql}")
        report = await groat.verify()
        assert {each.check for each in report.problems} == ({"verify_vouchers"} if found else set())
        assert found <= {each.what.partition(" ")[0] for each in report.problems}


def change(database: Database, sql: str) -> None:
    """Change rows behind the ledger's back."""
    if isinstance(database, SqliteDatabase):
        with database.raw() as connection:
            connection.execute(sql)
    else:
        database.rows(sql)


async def test_the_words_of_an_app(groat: Groat) -> None:
    words = groat.program(Vouchers)
    made = await words.begin("Spring", "10", code="SPRING-26", budget="10", key="begin")
    assert (made.state, made.code, made.budget) == ("running", "SPRING-26", "10")
    done = await words.redeem(" spr1ng 26", "7", key="redeem")
    assert (done.user, done.amount, done.state) == ("7", "10", "redeemed")
    with pytest.raises(Refused, match="voucher_budget_used_up"):
        await words.redeem("SPRING-26", "8", key="other")
    for typed, wanted in (
        ("NOPE", "voucher_not_found"),
        ("!", "voucher_not_found"),
        ("U" * 20, "voucher_mistyped"),
    ):
        with pytest.raises(VoucherError, match=wanted):
            await words.redeem(typed, "8", key="third")
    assert (await words.undo(done.id, reason="Wrong", key="undo")).state == "undone"


TYPED = st.lists(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZU"), min_size=1, max_size=40).map("".join)
BETWEEN = st.text(" \t-\u2010\u2013\u00a0\u200b\u00ad_", max_size=3)


@given(TYPED, st.data())
def test_codes_are_read_however_they_are_typed(code: str, data: st.DataObject) -> None:
    typed = data.draw(BETWEEN)
    for symbol in code:
        forms = [symbol, symbol.lower(), chr(ord(symbol) + 0xFEE0)]
        forms += {"0": ["O", "o"], "1": ["I", "i", "L", "l"]}.get(symbol, [])
        typed += data.draw(st.sampled_from(forms)) + data.draw(BETWEEN)
    assert codes.normalise(typed) == (code if len(typed) <= codes.TYPED_MAX else None)


@given(st.text(max_size=60))
def test_reading_a_code_is_idempotent_and_never_fails(typed: str) -> None:
    meant = codes.normalise(typed)
    assert meant is None or codes.normalise(meant) == meant
    assert meant is None or len(codes.digest_of(meant)) == 32


@given(st.binary(min_size=12, max_size=12), st.data())
def test_the_check_symbol_finds_wrong_and_swapped_symbols(units: bytes, data: st.DataObject) -> None:
    code = codes.write(units)
    assert len(code) == codes.LENGTH
    assert not codes.is_mistyped(code)
    place = data.draw(st.integers(0, codes.LENGTH - 1))
    wrong = data.draw(st.sampled_from(codes.ALPHABET + "U"))
    if wrong != code[place]:
        assert codes.is_mistyped(code[:place] + wrong + code[place + 1 :])
    one, two = sorted(data.draw(st.tuples(*[st.integers(0, codes.LENGTH - 1)] * 2)))
    if code[one] != code[two]:
        swapped = list(code)
        swapped[one], swapped[two] = code[two], code[one]
        assert codes.is_mistyped("".join(swapped))


def test_codes_follow_from_seed_and_secret_alone() -> None:
    mint, other = codes.Mint("a secret"), codes.Mint("another one")
    made = [mint.code("seed", place) for place in range(2_000)]
    assert len(set(made)) == 2_000
    assert made[7] == codes.Mint("a secret").code("seed", 7)
    assert made[7] != other.code("seed", 7)
    assert mint.digests("seed", 2_000) == tuple(map(codes.digest_of, made))
    assert set(itertools.chain(*made)) == set(codes.ALPHABET)
    assert codes.new_seed() != codes.new_seed()
