"""One key in two spellings, keys that groat derives, and databases in which older versions wrote both their way."""

from __future__ import annotations

import pytest

from groat import Groat, InvalidInput, Refusal
from groat.ledger.commands import Post, Posting, digest_of
from groat.ledger.keys import Form, Key, derive
from groat.store.batch import Done
from tests.helpers.databases import Database
from tests.helpers.money import give

LEG = ("house:bonus", "user:a", "5", "CREDIT")
SHOP = "service:shop"


class PostOfBefore(Post, kw_only=True):
    """A post as the version before stored it: under the key's text as it was sent or joined."""

    def key_digests(self) -> tuple[tuple[str, ...], str]:
        return (self.key_digest(),), ""

    def key_form(self) -> int:
        return Form.BEFORE


def command(key: str, amount: int = 5, kind: type[Post] = Post) -> Post:
    return kind(principal=SHOP, key=key, postings=(Posting("house:bonus", "user:a", amount, "CREDIT"),))


async def before(groat: Groat, key: str, amount: int = 5) -> Done:
    """What an older node did under this very text."""
    (verdict,) = await groat.execute_many([command(Key(key), amount, PostOfBefore)])
    assert isinstance(verdict, Done)
    assert not verdict.replayed
    return verdict


async def balance(groat: Groat) -> str:
    account = await groat.account("user:a")
    assert account is not None
    return account.balances[0].balance


def forms(database: Database, key: str) -> list[int]:
    digest = digest_of(SHOP, key)
    return [
        int(form)
        for found, form in database.rows("SELECT digest, form FROM groat_key")
        if plain(found) == digest
    ]


def plain(digest: object) -> str:
    return str(digest).replace("-", "")


@pytest.mark.parametrize(("first", "second"), [('"k"', "k"), ("k", '"k"'), ('"k"', '"k"')])
async def test_the_quoted_and_the_bare_key_are_one(groat: Groat, first: str, second: str) -> None:
    made = await groat.post([LEG], key=first, principal=SHOP)
    again = await groat.post([LEG], key=second, principal=SHOP)
    assert (again.id, again.replayed, again.key) == (made.id, True, "k")
    (other,) = await groat.execute_many([command(second, 6)])
    assert isinstance(other, Refusal)
    assert other.code == "key_reused"


async def test_in_one_batch_too(groat: Groat) -> None:
    verdicts = await groat.execute_many([command(key) for key in ('"k"', "k", '"k"', "k")])
    assert [verdict.replayed for verdict in verdicts] == [False, True, True, True]
    assert await balance(groat) == "5"


@pytest.mark.parametrize("key", ['"k"', "k"])
async def test_a_retry_over_the_update_pays_once(groat: Groat, key: str) -> None:
    made = await before(groat, '"k"')
    again = await groat.post([LEG], key=key, principal=SHOP)
    assert (again.id, again.replayed) == (made.transactions[0].id, True)
    assert await balance(groat) == "5"


async def test_of_two_earlier_keys_each_spelling_finds_its_own(groat: Groat) -> None:
    bare, quoted = await before(groat, "k"), await before(groat, '"k"')
    for key, made in (("k", bare), ('"k"', quoted)):
        assert (await groat.post([LEG], key=key, principal=SHOP)).id == made.transactions[0].id


async def test_an_older_node_finds_a_quoted_key(groat: Groat, database: Database) -> None:
    await groat.post([LEG], key='"k"', principal=SHOP)
    assert forms(database, "k") == [Form.OWN]
    assert forms(database, '"k"') == [Form.FOR_OLDER]
    names = database.rows("SELECT DISTINCT body, txn FROM groat_key")
    assert len(names) == 1
    await groat.post([LEG], key="bare", principal=SHOP)
    assert (forms(database, "bare"), forms(database, '"bare"')) == ([Form.OWN], [])


async def test_an_older_node_finds_a_refusal_under_a_quoted_key(groat: Groat, database: Database) -> None:
    spend = Post(principal=SHOP, key='"no"', postings=(Posting("user:a", "house:shop", 9, "CREDIT"),))
    (verdict,) = await groat.execute_many([spend])
    assert isinstance(verdict, Refusal)
    assert (forms(database, "no"), forms(database, '"no"')) == ([Form.OWN], [Form.FOR_OLDER])


@pytest.mark.parametrize("chosen_first", [True, False])
@pytest.mark.parametrize("together", [True, False])
async def test_chosen_and_derived_keys_never_meet(groat: Groat, chosen_first: bool, together: bool) -> None:
    chosen, derived = command("k/3"), command(derive(Key("k"), 3), 7)
    commands = [chosen, derived] if chosen_first else [derived, chosen]
    if together:
        verdicts = await groat.execute_many(commands)
    else:
        verdicts = [(await groat.execute_many([each]))[0] for each in commands]
    assert [type(verdict) for verdict in verdicts] == [Done, Done]
    assert await balance(groat) == "12"
    for each in (command("k/3"), command(derive(Key("k"), 3), 7)):
        (verdict,) = await groat.execute_many([each])
        assert verdict.replayed
    assert await balance(groat) == "12"


async def test_two_derived_keys_with_one_earlier_form_never_meet(groat: Groat) -> None:
    one, two = derive("import", "INV/1"), derive(derive("import", "INV"), 1)
    assert one.older == two.older
    verdicts = await groat.execute_many([command(one), command(two, 7)])
    verdicts += await groat.execute_many([command(two, 7), command(one)])
    assert [verdict.replayed for verdict in verdicts] == [False, False, True, True]
    assert await balance(groat) == "12"


@pytest.mark.parametrize("root", [Key("k"), Key("k", ('"k"',))])
async def test_a_derived_key_over_the_update_pays_once(groat: Groat, root: Key) -> None:
    made = await before(groat, "k/3")
    (again,) = await groat.execute_many([command(derive(root, 3))])
    assert isinstance(again, Done)
    assert (again.replayed, again.transactions[0].id) == (True, made.transactions[0].id)
    assert await balance(groat) == "5"


async def test_an_older_node_finds_a_derived_key(groat: Groat, database: Database) -> None:
    await groat.execute_many([command(derive(Key("k"), 3))])
    assert forms(database, "k/3") == [Form.FOR_OLDER]


async def test_a_chosen_key_of_before_stays_its_own(groat: Groat) -> None:
    made = await before(groat, "k/3")
    again = await groat.post([LEG], key="k/3", principal=SHOP)
    assert (again.id, again.replayed) == (made.transactions[0].id, True)


async def test_the_books_agree_with_keys_for_older_nodes(groat: Groat) -> None:
    await give(groat, "user:b", "5")
    await groat.post([LEG], key='"k"', principal=SHOP)
    await groat.bulk([[LEG], [LEG]], key='"bulk"', principal=SHOP)
    report = await groat.verify()
    assert report.ok, report.problems


async def test_nobody_outside_calls_as_the_system(groat: Groat) -> None:
    for word in (
        groat.post([LEG], key="k", principal="system:bank"),
        groat.bulk([[LEG]], key="k", principal="system:bank"),
        groat.hold(*LEG, key="k", principal="system:bank"),
        groat.set_balance("user:a", "CREDIT", "1", key="k", principal="system:workflow"),
    ):
        with pytest.raises(InvalidInput) as caught:
            await word
        assert caught.value.code == "invalid_principal"
