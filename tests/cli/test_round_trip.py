"""What is exported can be imported elsewhere, unmended: same transactions, holds, keys and texts, once."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from groat import Groat, GroatError, Refused
from tests.cli.conftest import Run
from tests.helpers.clock import Clock
from tests.helpers.databases import PostgresDatabase, SqliteDatabase
from tests.helpers.money import untimed
from tests.servers import Postgres

NASTY = st.text(
    st.sampled_from("=+-@|%';,\"\t\r\n a1.\uff1d\ufeff\u200b")
    | st.characters(codec="utf-8", exclude_characters="\0"),
    max_size=12,
)
TEXTS = NASTY | st.sampled_from(
    [
        "=1+1",
        "+49",
        "-5",
        "-x",
        "@x",
        "'=1",
        "'",
        "\t=1",
        "\n=1+1",
        "\uff1d1",
        "a;=1",
        "a\t=1",
        " kept ",
        "1,5",
        '"',
    ]
)
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=8).map(
    lambda text: text.replace('"', "'")
)
PEOPLE = st.sampled_from(["user:1", "user:2", "user:@x", "user:-3", "house:shop"])
STEP = st.fixed_dictionaries(
    {
        "word": st.sampled_from(
            [
                "post",
                "hold",
                "capture",
                "part",
                "release",
                "reverse",
                "bulk",
                "expire",
                "set",
                "grant",
                "void",
            ]
        ),
        "who": PEOPLE,
        "amount": st.integers(1, 500),
        "reason": TEXTS,
        "key": KEYS,
        "note": TEXTS,
        "at": st.none() | st.sampled_from(["2020-01-02T00:00:00Z", "2024-02-29T12:00:00.123456Z"]),
    }
)

Call = tuple[str, tuple[Any, ...], dict[str, Any]]


class Story:
    """A ledger's history by random steps; each call that was answered can be made again, and the answer compared."""

    def __init__(self, groat: Groat) -> None:
        self.groat = groat
        self.calls: list[tuple[Call, str | None]] = []
        self.holds: list[str] = []
        self.made: list[str] = []
        self.grants: list[str] = []

    async def call(self, word: str, *args: Any, **options: Any) -> Any:
        try:
            view = await getattr(self.groat, word)(*args, **options)
        except (Refused, GroatError):
            return None
        id = view.transactions[0].id if word == "bulk" else view.id
        if id is not None:
            self.calls.append(((word, args, options), id))
        return view

    async def take(self, number: int, step: dict[str, Any]) -> None:
        word, who, amount = step["word"], step["who"], f"{step['amount'] / 100:.2f}"
        common = {"key": f"{number} {step['key']}", "reason": step["reason"], "principal": "service:shop"}
        more = {
            **common,
            "metadata": {step["note"] or "x": [step["note"], number, None, 1.5, {"\u00fc": True}]},
        }
        leg = ("house:bank", who, amount, "USD")
        view = None
        if word == "post":
            legs = [leg, (who, "house:tax", "0.01", "USD")]
            view = await self.call("post", legs, **more, at=step["at"], actor="user:9")
        elif word == "bulk":
            view = await self.call("bulk", [[leg], [leg, leg]], **common)
            self.made += [t.id for t in view.transactions] if view else []
            return
        elif word in ("hold", "expire"):
            ends = "2999-01-01T00:00:00Z" if step["at"] else None
            view = await self.call("hold", who, "house:sales", "0.07", "USD", expires_at=ends, **more)
            if view is not None:
                self.holds.append(view.id)
        elif word == "grant":
            ends = "2999-01-01T00:00:00Z" if step["at"] else None
            terms = {"expires_at": ends, "note": step["note"], "cause": "gift", "priority": step["amount"]}
            view = await self.call("grant", who, "0.05", "USD", source="house:promo", **terms, **more)
            if view is not None:
                self.grants.append(view.grants[0].grant)
        elif word == "void" and self.grants:
            grant = self.grants[step["amount"] % len(self.grants)]
            view = await self.call("void_grant", grant, **{**common, "reason": step["reason"] or "x"})
        elif word == "set":
            view = await self.call("set_balance", who, "USD", amount, **common)
        elif word == "reverse" and self.made:
            view = await self.call("reverse", self.made[step["amount"] % len(self.made)], **common)
        elif self.holds and word in ("capture", "part", "release"):
            hold = self.holds[step["amount"] % len(self.holds)]
            options = {"amount": "0.02", "final": False} if word == "part" else {}
            view = await self.call("release" if word == "release" else "capture", hold, **options, **common)
        if view is not None and view.id is not None:
            self.made.append(view.id)


async def live(url: str, steps: list[dict[str, Any]]) -> Story:
    async with Groat.open(url) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:bank", "user:1", "50.00", "USD")], key="first", principal="service:shop")
        story = Story(groat)
        for number, step in enumerate(steps):
            await story.take(number, step)
        # A release into a voided grant ends that part in a batch of its own, which must not come between exports.
        await groat.expire_due()
    return story


async def repeat(url: str, calls: list[tuple[Call, str | None]]) -> None:
    async with Groat.open(url) as groat:
        before = untimed(await groat.accounts())
        for (word, args, options), id in calls:
            view = await getattr(groat, word)(*args, **options)
            assert view.replayed, (word, args, options)
            assert (view.transactions[0].id if word == "bulk" else view.id) == id
        assert untimed(await groat.accounts()) == before
        report = await groat.verify()
        assert report.ok, report.problems


async def holds_of(url: str, ids: list[str]) -> list[Any]:
    async with Groat.open(url) as groat:
        found = [await groat.held(id) for id in ids]
    return [(h.id, h.state, h.amount, h.captured, h.released, h.remaining, h.expires_at) for h in found if h]


def exported(run: Run, url: str) -> tuple[str, list[dict[str, str]]]:
    """The file, and its rows without what the other ledger has of its own."""
    ran = run("export", "transactions", "--database", url)
    assert ran.code == 0, ran.err
    rows = list(csv.DictReader(io.StringIO(ran.out, newline="")))
    return ran.out, [{name: text for name, text in row.items() if name != "recorded_at"} for row in rows]


def balances(run: Run, url: str) -> list[tuple[str, ...]]:
    ran = run("export", "balances", "--database", url)
    return [
        (row["account"], row["asset"], row["balance"], row["held"], row["version"])
        for row in csv.DictReader(io.StringIO(ran.out, newline=""))
    ]


def without_keys(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    # A transaction that the ledger makes by itself has no key, and gets one when it is imported.
    return [{**row, "key_form": "", "key_body": ""} for row in rows]


def go_round(run: Run, first: str, second: str, file: Path, steps: list[dict[str, Any]]) -> None:
    story = asyncio.run(live(first, steps))
    text, rows = exported(run, first)
    file.write_bytes(text.encode())
    count = len({row["transaction"] for row in rows})
    keys = len({(row["principal"], row["key"]) for row in rows})
    dry = run("import", "transactions", file, "--dry-run", "--database", second)
    assert dry.code == 0, dry.err
    ran = run("import", "transactions", file, "--database", second)
    assert (ran.code, ran.out) == (0, f"{keys} posted, 0 known from earlier runs, 0 refused\n"), ran.err
    second_rows = exported(run, second)[1]
    assert without_keys(second_rows) == without_keys(rows)
    assert all(a == b for a, b in zip(second_rows, rows, strict=True) if b["key_form"])
    assert count == len({row["transaction"] for row in exported(run, second)[1]})
    assert balances(run, second) == balances(run, first)
    assert asyncio.run(holds_of(second, story.holds)) == asyncio.run(holds_of(first, story.holds))
    for url in (second, first):
        again = run("import", "transactions", file, "--database", url)
        assert (again.code, again.out) == (0, f"0 posted, {keys} known from earlier runs, 0 refused\n"), (
            again.err
        )
    asyncio.run(repeat(second, story.calls))


_WORDS = "post hold part hold capture hold release reverse bulk set grant hold part grant post void reverse"
EACH = [
    {
        "word": word,
        "who": "user:1",
        "amount": 7 + n,
        "reason": "=1\n+2",
        "key": "k",
        "note": "\t'=x",
        "at": None,
    }
    for n, word in enumerate(_WORDS.split())
]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=14))
@example(steps=EACH)
def test_a_ledger_goes_round(
    run: Run, tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, Any]]
) -> None:
    place = tmp_path_factory.mktemp("round")
    go_round(run, f"sqlite:///{place}/one.db", f"sqlite:///{place}/two.db", place / "file.csv", steps)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=6, max_size=14))
@example(steps=EACH)
def test_from_one_postgres_to_another(
    run: Run, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, Any]]
) -> None:
    file = tmp_path_factory.mktemp("round") / "file.csv"
    go_round(run, PostgresDatabase(postgres_server).url, PostgresDatabase(postgres_server).url, file, steps)


async def let_expire(database: SqliteDatabase) -> list[str]:
    """Three holds: one expired, one captured in part and then expired, one that is due once it is elsewhere."""
    clock = Clock()
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.post([("house:bank", "user:1", 100, "CREDIT")], key="first")
        ends = (60, 60, 3_600)
        views = [
            await groat.hold("user:1", "house:s", 10, "CREDIT", key=f"h{n}", expires_at=clock.after(seconds))
            for n, seconds in enumerate(ends)
        ]
        ids = [str(view.id) for view in views]
        await groat.capture(ids[1], key="part", amount=4, final=False)
        clock.advance(61)
        await groat.expire_due()
        await groat.post([("house:bank", "user:1", 1, "CREDIT")], key="second")
    return ids


async def let_grants_expire(database: SqliteDatabase) -> None:
    """One grant that was spent, reversed and expired; of another one a hold has some that it outlives."""
    clock = Clock()
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.grant("user:1", 50, "CREDIT", key="g1", expires_at=clock.after(60), cls="paid")
        await groat.grant("user:1", 50, "CREDIT", key="g2", expires_at=clock.after(60), note="'=1")
        spent = await groat.post([("user:1", "house:s", 30, "CREDIT")], key="s")
        held = await groat.hold("user:1", "house:s", 40, "CREDIT", key="h")
        await groat.post([("user:1", "user:2", 5, "CREDIT")], key="t")
        await groat.capture(str(held.id), key="part", amount=25, final=False)
        clock.advance(61)
        await groat.expire_due()
        await groat.reverse(str(spent.id), key="r", amounts=[10], expired="restore")
        await groat.post([("user:1", "house:s", 10, "CREDIT")], key="s2")
        await groat.reverse(str(spent.id), key="r2", amounts=[5])
        await groat.expire_due()


def test_grants_that_expired_and_what_a_hold_has_of_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    database = SqliteDatabase(tmp_path / "one")
    asyncio.run(let_grants_expire(database))
    text, rows = exported(run, database.url)
    file, second = tmp_path / "file.csv", f"sqlite:///{tmp_path}/two.db"
    file.write_bytes(text.encode())
    ran = run("import", "transactions", file, "--database", second)
    assert ran.code == 0, ran.err

    assert without_keys(exported(run, second)[1]) == without_keys(rows)
    assert sum(row["grants"] != "" for row in rows) == 12
    assert balances(run, second) == balances(run, database.url)
    asyncio.run(repeat(second, []))


async def states(url: str, ids: list[str]) -> list[str]:
    async with Groat.open(url) as groat:
        # A write of its own expires what is due by now.
        await groat.post([("house:bank", "user:1", 1, "CREDIT")], key="third")
        found = [await groat.held(id) for id in ids]
        report = await groat.verify()
        assert report.ok, report.problems
    return [f"{hold.state} {hold.captured} {hold.released}" for hold in found if hold]


def test_holds_that_expired_and_one_that_is_due_on_arrival(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    first, second = SqliteDatabase(tmp_path / "one"), SqliteDatabase(tmp_path)
    ids = asyncio.run(let_expire(first))
    text, rows = exported(run, first.url)
    # The third is due by the machine's own clock, so whoever opens the first ledger may expire it before the export.
    expired = [row["hold_state"] for row in rows if row["kind"] == "expire"]
    assert expired in (["expired"] * 2, ["expired"] * 3)
    count = len({row["transaction"] for row in rows})
    file = tmp_path / "file.csv"
    file.write_bytes(text.encode())
    for said in (f"{count} posted, 0 known", f"0 posted, {count} known"):
        ran = run("import", "transactions", file, "--database", second.url)
        assert (ran.code, ran.out) == (0, f"{said} from earlier runs, 0 refused\n"), ran.err
    expected = ["expired 0 10", "expired 4 6", "expired 0 10"]
    assert asyncio.run(states(second.url, ids)) == expected


def test_an_export_of_before_with_holds_is_refused_and_without_is_read(run: Run, tmp_path: Path) -> None:
    columns = (
        "transaction,date,source,destination,amount,asset,reason,kind,pending,recorded_at,principal,key,actor,reverses,"
        "hold,metadata"
    )
    id = "01900000-0000-7000-8000-000000000000"
    day = "2026-01-02T00:00:00.000000Z"
    post = f"{id},{day},house:b,user:1,5.00,USD,Hello,post,0.00,{day},service:shop,k,service:shop,,,{{}}"
    hold = f"{id[:-1]}1,{day},user:1,house:s,0.00,USD,,hold,1.00,{day},service:shop,h,service:shop,,{id[:-1]}1,{{}}"
    file, database = tmp_path / "file.csv", f"sqlite:///{tmp_path}/groat.db"
    file.write_text(f"{columns}\n{post}\n{hold}\n")
    ran = run("import", "transactions", file, "--database", database)
    assert ran.code == 2
    assert "export_outdated" in ran.err
    file.write_text(f"{columns}\n{post}\n")
    assert run("import", "transactions", file, "--database", database).out.startswith("1 posted")
    # What an older version imported as plain transactions is not paid again by its newer export.
    newer = f"{columns},cause,leg,hold_state,hold_expires_at,key_form,key_body\n{post},,0,,,,\n"
    file.write_text(newer)
    for more in ((), ("--dry-run",)):
        ran = run("import", "transactions", file, *more, "--database", database)
        assert (ran.code, "1 known" in ran.out or "1 are known" in ran.out) == (0, True), ran.out


MENDED = """
    change                                                      code
    amount=-1.00                                                amount_not_positive
    kind=no kind                                                invalid_text
    principal=nobody                                            invalid_principal
    transaction=1                                               invalid_id
    metadata=[]                                                 invalid_metadata
    metadata={"a"                                               invalid_metadata
    hold_state=open                                             invalid_text
    pending=1.00                                                invalid_text
    leg=x                                                       too_many_postings
    key=                                                        invalid_key
    key_body=zz                                                 invalid_key
    recorded_at=yesterday                                       invalid_time
    hold_expires_at=soon                                        invalid_time
    reverses=it                                                 invalid_id
"""


@pytest.mark.parametrize("line", MENDED.strip().splitlines()[1:])
def test_an_export_that_somebody_changed_is_checked(run: Run, tmp_path: Path, line: str) -> None:
    change, code = line.strip().rsplit(maxsplit=1)
    name, _, text = change.strip().partition("=")
    database, other = (f"sqlite:///{tmp_path}/{n}.db" for n in ("one", "two"))
    asyncio.run(live(database, []))
    (row,) = csv.DictReader(io.StringIO(exported(run, database)[0], newline=""))
    file = tmp_path / "file.csv"
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow({**row, name: text.strip()})
    ran = run("import", "transactions", file, "--database", other)
    assert (ran.code, code in ran.err) == (2, True), ran.err


async def share(url: str) -> None:
    """Two shared accounts, one of them without a balance; one member has got more rights, and one is gone."""
    async with Groat.open(url) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.post([("house:in", "team:acme", 100, "CREDIT")], key="fund")
        await groat.set_member("team:acme", "42", ["spend"], key="m1")
        await groat.set_member(
            "team:acme", "42", ["manage", "spend"], key="m2", reason="=Leads", actor="user:9"
        )
        await groat.set_member("team:acme", "7", ["read"], key="m3", principal="service:shop")
        await groat.set_member("team:acme", "8", ["read"], key="m4")
        await groat.set_member("team:acme", "8", [], key="m5")
        await groat.set_member("club:go", "7", ["spend"], key="m6")


async def sharing(url: str) -> list[Any]:
    async with Groat.open(url) as groat:
        assert (await groat.verify()).problems == []
        told = [await groat.members(path) for path in ("team:acme", "club:go")]
        return [*told, [share.account for share in await groat.shares("7")]]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_members_go_round_and_their_keys_are_known(
    run: Run, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("first", "second"))
    if kind == "postgres":
        first = PostgresDatabase(request.getfixturevalue("postgres_server")).url
    asyncio.run(share(first))
    before = asyncio.run(sharing(first))
    assert [[(each.user, each.rights) for each in told] for told in before[:2]] == [
        [("42", ["read", "spend", "manage"]), ("7", ["read"])],
        [("7", ["read", "spend"])],
    ]
    text, rows = exported(run, first)
    file = tmp_path / "all.csv"
    file.write_text(text, encoding="utf-8", newline="")
    for said in ("1 posted, 0 known", "0 posted, 1 known"):
        ran = run("import", "transactions", file, "--database", second)
        expected = f"{said} from earlier runs, 0 refused\n3 members of shared accounts are in the file\n"
        assert (ran.code, ran.out) == (0, expected), ran.err
        assert asyncio.run(sharing(second)) == before
    told = [{**row, "recorded_at": ""} for row in rows if row["member_rights"]]
    assert [{**row, "recorded_at": ""} for row in exported(run, second)[1] if row["member_rights"]] == told

    async def go_on() -> None:
        async with Groat.open(second) as groat:
            # The call that gave the rights is known by its key, and another one under that key is refused.
            await groat.set_member(
                "team:acme", "42", ["spend", "manage"], key="m2", reason="=Leads", actor="user:9"
            )
            await groat.set_member("team:acme", "7", ["read"], key="m3", principal="service:shop")
            with pytest.raises(Refused, match="key_reused"):
                await groat.set_member("team:acme", "42", ["read"], key="m2")
            await groat.set_member("team:acme", "7", [], key="left")

    asyncio.run(go_on())
    # A member who left here since stays away, though the file has them.
    assert run("import", "transactions", file, "--database", second).code == 0
    assert [each.user for each in asyncio.run(sharing(second))[0]] == ["42"]


MEMBERS_MENDED = """
    change                           code
    member_rights=rule               invalid_member
    source=user:9                    invalid_account
    destination=service:shop         invalid_member
    destination=user:4:2             invalid_member
    principal=nobody                 invalid_principal
    key=                             invalid_key
"""


@pytest.mark.parametrize("line", MEMBERS_MENDED.strip().splitlines()[1:])
def test_a_member_that_somebody_changed_is_checked(run: Run, tmp_path: Path, line: str) -> None:
    name, _, text = line.split()[0].partition("=")
    columns = (
        "transaction,date,source,destination,amount,asset,reason,kind,pending,recorded_at,principal,key,actor"
    )
    columns += ",reverses,hold,metadata,cause,leg,hold_state,hold_expires_at,key_form,key_body,member_rights"
    row = dict.fromkeys(columns.split(","), "") | {
        "source": "team:acme", "destination": "user:42", "principal": "user:9", "actor": "user:9",
        "key": "k", "member_rights": "read", name: text,
    }  # fmt: skip
    file = tmp_path / "file.csv"
    file.write_text(f"{columns}\n{','.join(row.values())}\n")
    ran = run("import", "transactions", file, "--database", f"sqlite:///{tmp_path}/groat.db")
    assert (ran.code, line.split()[1] in ran.err) == (2, True), ran.err


async def set_budgets(url: str) -> None:
    """Budgets on an account, on a share of it and across accounts, one of them stopped and one removed; and spends."""
    async with Groat.open(url) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.post([("house:in", "user:1", 100, "CREDIT")], key="fund")
        await groat.set_budget("user:1", "CREDIT", 40, window="month", rolling=True, key="b1")
        await groat.set_budget("", "CREDIT", 900, window="day", key="b2", of="service:local", rolling=True)
        share = await groat.set_budget(
            "user:1", "CREDIT", 9, window="hour", of="user:7", key="b3", as_owner=True
        )
        await groat.change_budget(share.id, stopped=True, key="stop")
        gone = await groat.set_budget("user:1", "CREDIT", 90, window="day", key="b4")
        held = await groat.hold("user:1", "house:shop", 20, "CREDIT", key="hold")
        assert held.hold is not None
        await groat.capture(held.hold.id, amount=5, final=False, key="part")
        await groat.remove_budget(gone.id, key="remove")


async def budgets_of(url: str) -> list[Any]:
    async with Groat.open(url) as groat:
        assert (await groat.verify()).problems == []
        return await groat.budgets()


def test_budgets_go_round_with_what_is_used_of_them(run: Run, tmp_path: Path) -> None:
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("first", "second"))
    file = tmp_path / "all.csv"
    asyncio.run(set_budgets(first))
    before = asyncio.run(budgets_of(first))
    assert [each.used for each in before] == ["20", "20", "0"]
    text, _ = exported(run, first)
    file.write_text(text, encoding="utf-8", newline="")
    for _ in range(2):
        ran = run("import", "transactions", file, "--database", second)
        assert ran.code == 0, ran.err
        assert asyncio.run(budgets_of(second)) == before

    async def give_back() -> None:
        async with Groat.open(second) as groat:
            (hold,) = [t.hold for t in await groat.transactions() if t.kind == "hold"]
            assert hold is not None
            await groat.release(hold.id, key="release")

    asyncio.run(give_back())
    assert [each.used for each in asyncio.run(budgets_of(second))] == ["5", "5", "0"]
