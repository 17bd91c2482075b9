"""Django's users and groups are groat's people and roles, also for tokens that say nothing of roles."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection, transaction
from django.template import Context, Template
from django.test import override_settings
from rest_framework_simplejwt.tokens import AccessToken

from groat.contrib.django import conf, groat
from groat.contrib.django import records as kept
from groat.contrib.django.tokens import token_for
from groat.facade import Groat
from groat.identity.errors import Unauthorized
from groat.identity.identities import Identities
from tests.contrib.django import projects


async def _let_in(token: str) -> set[str]:
    settings = conf.settings()
    async with Groat.open(settings.database) as ledger:
        identities = Identities(ledger, settings)
        try:
            return set((await identities.authenticate(token)).roles)
        finally:
            identities.close()


def roles_at(token: str) -> set[str] | str:
    """The roles that the server gives the bearer, or the code with which it keeps them out."""
    try:
        return asyncio.run(_let_in(token))
    except Unauthorized as error:
        return error.code


def records() -> dict[str, tuple[Any, ...]]:
    """The records of people: name, roles, disabled, e-mail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, roles, disabled, email FROM groat_principal")
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def test_groups_decide_over_each_token_at_once(project: None) -> None:
    ada = User.objects.create_user("ada", first_name="Ada", last_name="Lovelace")
    token = str(AccessToken.for_user(ada))
    assert roles_at(token) == set()
    assert records()[f"user:{ada.pk}"] == ("Ada Lovelace", "[]", 0, None)
    support: Any = Group.objects.create(name="support")
    ada.groups.add(support)
    assert roles_at(token) == {"support"}
    support.name = "helpers"
    support.save()
    assert roles_at(token) == {"helpers"}
    support.user_set.clear()
    assert roles_at(token) == set()
    support.user_set.add(ada)
    assert roles_at(token) == {"helpers"}
    support.delete()
    assert roles_at(token) == set()
    ada.is_superuser = True
    ada.save()
    assert roles_at(token) == {"admin"}
    ada.is_active = False
    ada.save(update_fields=["is_active"])
    assert roles_at(token) == "token_revoked"
    ada.is_active = True
    ada.save()
    assert roles_at(token) == {"admin"}
    ada.delete()
    assert roles_at(token) == "token_revoked"


def test_what_is_rolled_back_changes_nobody(project: None) -> None:
    ada = User.objects.create_user("ada")
    with transaction.atomic():
        ada.is_superuser = True
        ada.save()
        transaction.set_rollback(True)
    assert roles_at(str(AccessToken.for_user(ada))) == set()


def test_a_record_that_cannot_be_written_undoes_nobody(
    project: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is committed by then, so the request goes on; the log and ``groat_people`` have the rest."""

    def fail(*_: Any) -> None:
        raise RuntimeError("nobody writes now")

    monkeypatch.setattr(kept, "keep", fail)
    ada = User.objects.create_user("ada")
    ada.delete()
    assert User.objects.count() == 0


def test_a_new_password_signs_out_everywhere_but_not_who_comes_again(project: None) -> None:
    ada = User.objects.create_user("ada", password="first")
    before = str(AccessToken.for_user(ada))
    assert roles_at(before) == set()
    ada.set_password("second")
    ada.save()
    assert roles_at(before) == "token_revoked"
    assert roles_at(token_for(ada)) == set()


def test_a_login_reads_and_changes_no_record(project: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = User.objects.create_user("ada")

    def looked(*_: Any) -> None:
        raise AssertionError("a record was looked up")

    monkeypatch.setattr(kept, "keep", looked)
    with transaction.atomic():
        ada.save(update_fields=["last_login"])


def test_users_who_were_there_before_are_taken_along(alias: dict[str, Any]) -> None:
    with projects.databases(default=alias):
        projects.migrate_without_groat()
        User.objects.bulk_create(User(username=f"user {n}", is_superuser=n == 0) for n in range(300))
        projects.migrate()
        kept = records()
        assert len(kept) == 300
        assert sum(row[1] == '["admin"]' for row in kept.values()) == 1


def test_the_command_finds_what_signals_did_not_tell(project: None) -> None:
    for name in ("ada", "bob"):
        User.objects.create_user(name)
    User.objects.filter(username="ada").update(is_active=False)
    said = io.StringIO()
    call_command("groat_people", stdout=said)
    call_command("groat_people", stdout=said)
    assert said.getvalue().splitlines() == ["1 records changed", "0 records changed"]
    assert {row[2] for row in records().values()} == {0, 1}


def test_an_address_is_kept_only_if_the_project_says_that_it_is_verified(project: None) -> None:
    User.objects.create_user("ada", email="Ada@example.com")
    assert {row[3] for row in records().values()} == {None}
    with override_settings(GROAT={"VERIFIED_EMAIL": "email"}):
        call_command("groat_people", stdout=io.StringIO())
        assert {row[3] for row in records().values()} == {"ada@example.com"}
        User.objects.create_user("eve", email="ada@example.com")
        assert sorted(row[3] or "" for row in records().values()) == ["", "ada@example.com"]


def test_a_user_shows_what_the_ledger_says(project: None) -> None:
    ada: Any = User.objects.create_user("ada")
    groat.add_asset("CREDIT", 0)
    assert (ada.groat.balance("CREDIT").balance, ada.groat.balance("CREDIT").version) == ("0", 0)
    groat.post([("house:bonus", ada.groat.account, "50", "CREDIT")], key="1", reason="welcome").unwrap()
    groat.post([("house:bonus", f"{ada.groat.account}:savings", "7", "CREDIT")], key="2").unwrap()
    assert ada.groat.balance("CREDIT").balance == "50"
    assert ada.groat.balance("CREDIT", "savings").balance == "7"
    page = Template("{{ user.groat.balances.CREDIT.available }}")
    assert page.render(Context({"user": ada})) == "50"
    (entry,) = ada.groat.entries("CREDIT")
    assert (entry.delta, entry.reason) == ("50", "welcome")
    assert asyncio.run(ada.groat.abalance("CREDIT")).balance == "50"
