"""A naive ledger of one account with grants: it counts single units, one after the other."""

from __future__ import annotations

from typing import Any, NamedTuple

Unit = int | None
"""The number of the grant that a unit belongs to, None for plain money."""


class No(Exception):
    """The command is refused, with this code."""


class Paid(NamedTuple):
    """Units that a posting took, in order, and when."""

    units: list[Unit]
    at: int


class GrantsModel:
    """``free`` counts the free units of each grant, ``available`` all units that are not held, plain ones too."""

    def __init__(self) -> None:
        self.now = 0
        self.available = 0
        self.version = 0
        self.terms: list[dict[str, Any]] = []
        self.free: list[int] = []
        self.lost: list[int] = []
        self.voided: list[int] = []
        self.granted: list[int] = []
        self.spent: list[int] = []
        self.holds: dict[str, dict[str, Any]] = {}
        self.paid: dict[str, Paid] = {}
        self.gave: dict[str, tuple[int, list[Unit]]] = {}

    # One unit at a time.

    def ended(self, number: int) -> bool:
        terms = self.terms[number]
        return terms["void"] or (terms["ends"] is not None and terms["ends"] <= self.now)

    def order(self, number: int) -> tuple[Any, ...]:
        terms = self.terms[number]
        return terms["priority"], float("inf") if terms["ends"] is None else terms["ends"], terms["age"]

    def first(self, dead: bool = False) -> Unit:
        """The grant that pays the next unit."""
        numbers = [n for n, free in enumerate(self.free) if free and self.ended(n) == dead]
        return min(numbers, key=self.order, default=None)

    def take(self, count: int) -> list[Unit]:
        """Take units out of what is available, those of grants first."""
        taken: list[Unit] = []
        for _ in range(count):
            unit = self.first()
            if unit is not None:
                self.free[unit] -= 1
            taken.append(unit)
        self.available -= count
        return taken

    def spend(self, taken: list[Unit]) -> None:
        for unit in taken:
            if unit is not None:
                self.spent[unit] += 1

    def pay_debt(self) -> None:
        while sum(self.free) > max(0, self.available):
            unit = self.first()
            unit = self.first(dead=True) if unit is None else unit
            assert unit is not None
            self.free[unit] -= 1
            self.spent[unit] += 1

    def new(self, count: int, terms: dict[str, Any], age: tuple[int, int]) -> int:
        self.terms.append({**terms, "age": age, "void": False})
        for each in (self.lost, self.voided, self.spent):
            each.append(0)
        self.free.append(count)
        self.granted.append(count)
        return len(self.terms) - 1

    # The effects of time.

    def catch_up(self) -> None:
        for id, hold in self.holds.items():
            if hold["units"] and hold["ends"] is not None and hold["ends"] <= self.now:
                self.give_back(id)
                hold["state"] = "hold_expired"
        for number in range(len(self.free)):
            if self.free[number] and self.ended(number):
                where = self.voided if self.terms[number]["void"] else self.lost
                where[number] += self.free[number]
                self.available -= self.free[number]
                self.free[number] = 0
                self.version += 1

    def give_back(self, id: str) -> None:
        hold = self.holds[id]
        for unit in reversed(hold["units"]):
            if unit is not None:
                self.free[unit] += 1
            self.available += 1
        hold["units"] = []
        self.pay_debt()
        self.version += 1

    # Commands.

    def grant(self, id: str, count: int, priority: int, lasts: int | None) -> int:
        ends = None if lasts is None else self.now + lasts
        self.version += 1
        number = self.new(count, {"priority": priority, "ends": ends}, (self.version, 0))
        self.available += count
        self.gave[id] = (number, [number] * count)
        self.pay_debt()
        return number

    def deposit(self, count: int) -> None:
        self.available += count
        self.version += 1

    def post(self, id: str, count: int, below_floor: bool = False) -> None:
        if count > self.available and not below_floor:
            raise No("insufficient_funds")
        units = self.take(count)
        self.spend(units)
        self.paid[id] = Paid(units, self.now)
        self.version += 1
        self.pay_debt()

    def hold(self, id: str, count: int, ends: int | None) -> None:
        if count > self.available:
            raise No("insufficient_funds")
        self.holds[id] = {"units": self.take(count), "ends": ends, "state": "open"}
        self.version += 1

    def capture(self, id: str, txn: str, count: int, final: bool) -> None:
        hold = self.holds[id]
        if hold["state"] != "open":
            raise No(hold["state"])
        if count > len(hold["units"]):
            raise No("exceeds_hold")
        taken, hold["units"] = hold["units"][:count], hold["units"][count:]
        self.spend(taken)
        self.paid[txn] = Paid(taken, self.now)
        self.version += 1
        if final and hold["units"]:
            self.version -= 1
            self.give_back(id)
        if not hold["units"]:
            hold["state"] = "hold_resolved"

    def release(self, id: str) -> None:
        hold = self.holds[id]
        if hold["state"] != "open":
            raise No(hold["state"])
        self.give_back(id)
        hold["state"], hold["late"] = "hold_resolved", True

    def extend(self, id: str, ends: int) -> None:
        hold = self.holds[id]
        if hold["state"] != "open":
            raise No(hold["state"])
        if hold["ends"] is not None and ends > hold["ends"]:
            hold["ends"] = ends
            self.version += 1

    def settle(self, id: str, txn: str, actual: int, overdraft: int | None) -> None:
        """Take up to the hold, and beyond it all or nothing (None), or what there is and so much more."""
        hold = self.holds[id]
        late = hold["state"] == "hold_expired" or hold.get("late", False)
        if hold["state"] != "open" and not late:
            raise No(hold["state"])
        if late and not actual:
            return
        taken, rest = hold["units"][:actual], hold["units"][actual:]
        hold["units"] = rest
        excess = actual - len(taken)
        if not late:
            self.spend(taken)
            self.version += 1
            if rest:
                self.version -= 1
                self.give_back(id)
        room = max(0, self.available + (overdraft or 0))
        if overdraft is None and excess > room:
            if late:
                raise No("insufficient_funds")
            excess = 0
        beyond = self.take(min(excess, room))
        self.spend(beyond)
        self.version += bool(beyond) or late
        self.pay_debt()
        hold["state"], hold["late"] = "hold_resolved", not late and not actual
        if bool(taken) != bool(beyond):
            self.paid[txn] = Paid(taken or beyond, self.now)

    def reverse(self, id: str, count: int, restore: bool) -> None:
        units, at = self.paid[id]
        if count > len(units):
            raise No("exceeds_transaction")
        anew: dict[int, int] = {}
        self.version += 1
        for _ in range(count):
            unit = units.pop()
            self.available += 1
            if unit is None:
                continue
            self.spent[unit] -= 1
            terms = self.terms[unit]
            if restore and self.ended(unit) and not terms["void"]:
                if unit not in anew:
                    left = {**terms, "ends": self.now + max(1, terms["ends"] - at)}
                    anew[unit] = self.new(0, left, (self.version, len(anew)))
                self.free[anew[unit]] += 1
                self.granted[anew[unit]] += 1
                # For the grant that paid it stays spent.
                self.spent[unit] += 1
            else:
                self.free[unit] += 1
        self.pay_debt()

    def take_back(self, id: str, count: int, debt: bool) -> None:
        number, units = self.gave[id]
        if count > len(units):
            raise No("exceeds_transaction")
        if self.free[number] < count and not debt:
            raise No("grant_spent")
        self.version += 1
        for _ in range(count):
            units.pop()
        own = min(self.free[number], count)
        self.free[number] -= own
        self.spent[number] += own
        self.available -= own
        self.spend(self.take(count - own))
        self.pay_debt()

    def set_balance(self, balance: int) -> None:
        delta = balance - self.balance
        if -delta > self.available and delta < 0:
            raise No("insufficient_funds")
        if delta > 0:
            self.deposit(delta)
        elif delta < 0:
            self.spend(self.take(-delta))
            self.version += 1

    def void(self, number: int, count: int | None) -> None:
        left = self.free[number] + self.held(number)
        amount = self.free[number] if count is None else count
        if left == 0 or self.ended(number) or amount > self.free[number]:
            raise No("grant_spent")
        self.free[number] -= amount
        self.voided[number] += amount
        self.available -= amount
        self.version += amount > 0
        if count is None:
            self.terms[number]["void"] = True

    # Its present state.

    def held(self, number: int) -> int:
        return sum(unit == number for hold in self.holds.values() for unit in hold["units"])

    @property
    def balance(self) -> int:
        return self.available + sum(len(hold["units"]) for hold in self.holds.values())

    def standing(self) -> list[tuple[int, int, int, int]]:
        """Remaining, held, expired and voided of each grant, in the order in which they were made."""
        return [
            (self.free[n] + self.held(n), self.held(n), self.lost[n], self.voided[n])
            for n in range(len(self.terms))
        ]
