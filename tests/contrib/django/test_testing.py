"""The mixin for tests of a project, in a TestCase and in a TransactionTestCase."""

from __future__ import annotations

import unittest
from types import MappingProxyType
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import TestCase, TransactionTestCase

from groat.contrib.django import conf, groat
from groat.contrib.django.testing import GroatTestMixin, empty_ledger


class _Checkout(GroatTestMixin):
    groat_assets = MappingProxyType({"CREDIT": 0, "POINT": 1})

    def test_a_purchase_moves_money_and_tells(self) -> None:
        ada: Any = User.objects.create_user("ada")
        self.give(ada, 50)
        groat.post([(f"user:{ada.pk}", "house:sales", "20", "CREDIT")], key="buy").unwrap()
        groat.hold(ada.groat.account, "house:sales", "5", "CREDIT", key="hold").unwrap()
        self.assert_balance(ada, 30)
        self.assert_available(ada, "25")
        self.assert_held(ada.groat.account, 5)
        self.assert_balance("house:sales", 20)
        self.assert_balance(ada, 0, "POINT")
        self.assert_books()
        assert self.assert_event(ada, "balance_updated", kind="hold")["type"] == "balance_updated"
        self.assert_events(ada, ["balance_updated"] * 3)
        for wrong in (
            lambda: self.assert_balance(ada, 31),
            lambda: self.assert_held(ada, 6),
            lambda: self.assert_event(ada, "balance_updated", kind="reversal"),
            lambda: self.assert_events(ada, []),
        ):
            with pytest.raises(AssertionError):
                wrong()

    def test_each_test_begins_with_nothing(self) -> None:
        """The keys and users of the other test are gone, whichever ran first."""
        ada = User.objects.create_user("ada")
        self.assert_balance(ada, 0)
        self.assert_events(ada, [])
        self.give(ada, 1)
        groat.post([(f"user:{ada.pk}", "house:sales", "1", "CREDIT")], key="buy").unwrap()


class Rolled(_Checkout, TestCase):
    """Each test is rolled back."""


class Flushed(_Checkout, TransactionTestCase):
    """Each test commits, and what it left is removed."""


class Plain(TestCase):
    """No test may know what another one learnt: all of it was rolled back."""

    def _run(self, scale: int) -> None:
        groat.add_asset("POINTS", scale)
        with self.captureOnCommitCallbacks(execute=True):
            groat.post([("house:a", "user:a", 5, "POINTS")], key="k").unwrap()
        assert groat.balance("user:a", "POINTS").balance == ("5.00" if scale else "5")

    def test_a(self) -> None:
        self._run(2)

    def test_b(self) -> None:
        self._run(0)


# pytest must not run these by itself: they need a database that the fixture makes.
CASES = [Rolled, Flushed, Plain]
del Rolled, Flushed, Plain


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_mixin(project: None, case: type[unittest.TestCase]) -> None:
    result = unittest.TestResult()
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    assert suite.countTestCases() == 2
    suite.run(result)
    assert [text for _, text in (*result.errors, *result.failures)] == []


def test_a_database_in_use_is_never_emptied(small_project: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(conf._names, "default", connection.settings_dict["NAME"])
    with pytest.raises(RuntimeError):
        empty_ledger()
