"""A naive ledger: plain dictionaries, one command after the other. It shares nothing with the real one but its rules.

Commands are tuples: ("post", legs), ("bulk", [legs, ...]), ("hold", source, destination, amount, asset, expires_at),
("capture", hold, amount, final), ("release", hold), ("reverse", transaction, amounts), ("set", account, asset,
balance), ("limits", account, asset, floor, ceiling). A leg is (source, destination, amount, asset); None is no limit or
all there is, "keep" leaves a limit alone. What one makes is known by a name: the id that the real ledger gave it.
"""

from __future__ import annotations

import copy
from typing import Any

MOST = 2**63 - 1


class No(Exception):
    """The model refuses, with the code that the real ledger must tell."""


def floor_of(path: str) -> int | None:
    """With which floor an account opens: people's have 0, the house's none."""
    return None if path.startswith("house") else 0


class Model:
    """Balances, holds, transactions and verdicts as they must be."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], dict[str, Any]] = {}
        self.holds: dict[str, dict[str, Any]] = {}
        self.transactions: dict[str, dict[str, Any]] = {}
        self.streams: dict[str, int] = {}
        self.keys: dict[str, tuple[Any, str, list[str]]] = {}

    def run(self, key: str, command: Any, ids: list[str], now: int) -> tuple[str, list[str], bool]:
        """(code or "ok", ids of what was made, whether it was told before); ``ids`` are the names to give."""
        self.expire(now)
        if key in self.keys:
            body, code, made = self.keys[key]
            return (code, made, True) if body == command else ("key_reused", [], False)
        saved = copy.deepcopy((self.accounts, self.holds, self.transactions, self.streams))
        try:
            made = getattr(self, "do_" + command[0])(ids, now, *command[1:])
            code = "ok"
        except No as no:
            self.accounts, self.holds, self.transactions, self.streams = saved
            code, made = str(no), []
        self.keys[key] = (command, code, made)
        return code, made, False

    def expire(self, now: int) -> None:
        """What is left of each hold whose time has come goes back."""
        for hold in self.holds.values():
            if hold["state"] == "open" and hold["expires_at"] is not None and hold["expires_at"] <= now:
                self.free(hold, self.left(hold))
                hold["released"] += self.left(hold)
                hold["state"] = "expired"
                self.told({hold["source"], hold["destination"]})

    def account(self, path: str, asset: str) -> dict[str, Any]:
        new = {
            "debits": 0, "credits": 0, "out": 0, "in": 0, "version": 0, "floor": floor_of(path), "ceiling": None
        }  # fmt: skip
        return self.accounts.setdefault((path, asset), new)

    def told(self, paths: set[str]) -> None:
        for stream in {":".join(path.split(":")[:2]) for path in paths if path.startswith("user:")}:
            self.streams[stream] = self.streams.get(stream, 0) + 1

    @staticmethod
    def left(hold: dict[str, Any]) -> int:
        return int(hold["amount"] - hold["captured"] - hold["released"])

    @staticmethod
    def available(account: dict[str, Any]) -> int:
        return int(account["credits"] - account["debits"] - account["out"])

    @staticmethod
    def reached(account: dict[str, Any]) -> int:
        return int(account["credits"] - account["debits"] + account["in"])

    def free(self, hold: dict[str, Any], amount: int) -> None:
        source = self.account(hold["source"], hold["asset"])
        destination = self.account(hold["destination"], hold["asset"])
        source["out"] -= amount
        destination["in"] -= amount
        source["version"] += 1
        destination["version"] += 1

    def move(self, legs: Any, reserve: bool = False) -> None:
        touched = {(path, asset) for s, d, _, asset in legs for path in (s, d)}
        before = {pair: copy.copy(self.account(*pair)) for pair in touched}
        for source, destination, amount, asset in legs:
            giver, taker = self.account(source, asset), self.account(destination, asset)
            giver["out" if reserve else "debits"] += amount
            taker["in" if reserve else "credits"] += amount
            giver["version"] += 1
            taker["version"] += 1
        after = {pair: self.account(*pair) for pair in touched}
        for account in after.values():
            if account["debits"] + account["out"] > MOST or account["credits"] + account["in"] > MOST:
                raise No("balance_overflow")
            if abs(self.available(account)) > MOST:
                raise No("balance_overflow")
        for pair, account in after.items():
            fallen = self.available(account) < self.available(before[pair])
            if account["floor"] is not None and fallen and self.available(account) < account["floor"]:
                raise No("insufficient_funds")
        for pair, account in after.items():
            risen = self.reached(account) > self.reached(before[pair])
            if account["ceiling"] is not None and risen and self.reached(account) > account["ceiling"]:
                raise No("ceiling_exceeded")
        self.told({path for path, _ in touched})

    def note(self, id: str, kind: str, legs: Any) -> list[str]:
        self.transactions[id] = {"kind": kind, "legs": list(legs), "back": [0] * len(legs)}
        return [id]

    def do_post(self, ids: list[str], now: int, legs: Any) -> list[str]:
        self.move(legs)
        return self.note(ids[0], "post", legs)

    def do_bulk(self, ids: list[str], now: int, items: Any) -> list[str]:
        return [made for id, legs in zip(ids, items, strict=True) for made in self.do_post([id], now, legs)]

    def do_hold(
        self,
        ids: list[str],
        now: int,
        source: str,
        destination: str,
        amount: int,
        asset: str,
        expires_at: int | None,
    ) -> list[str]:
        if expires_at is not None and expires_at <= now:
            raise No("expires_in_past")
        self.move([(source, destination, amount, asset)], reserve=True)
        self.holds[ids[0]] = {
            "source": source, "destination": destination, "asset": asset, "amount": amount, "captured": 0,
            "released": 0, "expires_at": expires_at, "state": "open",
        }  # fmt: skip
        return self.note(ids[0], "hold", [])

    def open_hold(self, id: str) -> dict[str, Any]:
        hold = self.holds.get(id)
        if hold is None:
            raise No("hold_not_found")
        if hold["state"] == "expired":
            raise No("hold_expired")
        if hold["state"] != "open":
            raise No("hold_resolved")
        return hold

    def do_capture(self, ids: list[str], now: int, id: str, amount: int | None, final: bool) -> list[str]:
        hold = self.open_hold(id)
        wanted = self.left(hold) if amount is None else amount
        if wanted > self.left(hold):
            raise No("exceeds_hold")
        freed = self.left(hold) if final else wanted
        self.free(hold, freed)
        self.account(hold["source"], hold["asset"])["debits"] += wanted
        self.account(hold["destination"], hold["asset"])["credits"] += wanted
        hold["captured"] += wanted
        hold["released"] += freed - wanted
        if self.left(hold) == 0:
            hold["state"] = "captured"
        self.told({hold["source"], hold["destination"]})
        return self.note(ids[0], "capture", [(hold["source"], hold["destination"], wanted, hold["asset"])])

    def do_release(self, ids: list[str], now: int, id: str) -> list[str]:
        hold = self.open_hold(id)
        self.free(hold, self.left(hold))
        hold["released"] += self.left(hold)
        hold["state"] = "released"
        self.told({hold["source"], hold["destination"]})
        return self.note(ids[0], "release", [])

    def do_reverse(self, ids: list[str], now: int, id: str, amounts: Any) -> list[str]:
        original = self.transactions.get(id)
        if original is None:
            raise No("transaction_not_found")
        if original["kind"] == "reverse" or not original["legs"]:
            raise No("not_reversible")
        left = [leg[2] - back for leg, back in zip(original["legs"], original["back"], strict=True)]
        if amounts is None:
            amounts = left
        if len(amounts) != len(left):
            raise No("wrong_legs")
        if any(a > b for a, b in zip(amounts, left, strict=True)) or not any(amounts):
            raise No("exceeds_transaction")
        legs = [
            (d, s, part, asset)
            for (s, d, _, asset), part in zip(original["legs"], amounts, strict=True)
            if part
        ]
        self.move(legs)
        original["back"] = [back + part for back, part in zip(original["back"], amounts, strict=True)]
        return self.note(ids[0], "reverse", legs)

    def do_set(self, ids: list[str], now: int, path: str, asset: str, balance: int) -> list[str]:
        known = self.accounts.get((path, asset))
        delta = balance - (known["credits"] - known["debits"] if known else 0)
        if delta == 0:
            return []
        leg = (
            ("house:adjustments", path, delta, asset)
            if delta > 0
            else (path, "house:adjustments", -delta, asset)
        )
        self.move([leg])
        return self.note(ids[0], "set_balance", [leg])

    def do_limits(
        self, ids: list[str], now: int, path: str, asset: str, floor: Any, ceiling: Any
    ) -> list[str]:
        account = self.account(path, asset)
        floor = account["floor"] if floor == "keep" else floor
        ceiling = account["ceiling"] if ceiling == "keep" else ceiling
        if floor is not None and ceiling is not None and floor > ceiling:
            raise No("invalid_limits")
        account["floor"], account["ceiling"] = floor, ceiling
        return []
