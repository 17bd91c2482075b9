"""Two thousand writes of every kind, made from a seed."""

from __future__ import annotations

import random
from typing import Any

from tests.crash.calls import Write
from tests.crash.server import ADMIN, token

USERS = [f"u{number}" for number in range(12)]
TOKENS = {user: token(user) for user in USERS}
CEILED = "user:u0"
"""Has a ceiling of CEILING credits."""
CEILING = 700

# Business refusals that this mixture may meet; each is frozen under its key.
FROZEN = {
    "insufficient_funds", "ceiling_exceeded", "hold_resolved", "hold_expired", "exceeds_hold", "exceeds_transaction",
    "hold_not_found", "transaction_not_found", "not_reversible",
}  # fmt: skip
# What is refused before it becomes a command leaves no trace; a key that belongs to another body stays with that.
UNFROZEN = {"unknown_asset", "action_limit", "key_reused"}
NOBODY = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"


def posting(source: str, destination: str, amount: str, asset: str = "CREDIT") -> dict[str, str]:
    return {"source": source, "destination": destination, "amount": amount, "asset": asset}


class Mixture:
    """Makes writes; what they may refer to (holds, transactions) comes from the answers to `opening`."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.holds: list[str] = []
        self.transactions: list[tuple[str, list[dict[str, str]]]] = []
        self._number = 0

    def key(self) -> str:
        self._number += 1
        return f"k{self._number}"

    def write(self, method: str, path: str, body: Any, **more: Any) -> Write:
        """A write by the admin."""
        return Write("user:admin", ADMIN, more.pop("key", "") or self.key(), method, path, body, **more)

    def post(self, *postings: dict[str, str], **more: Any) -> Write:
        reason = f"reason {self.rng.randrange(100)}"
        return self.write("POST", "/v1/transactions", {"postings": [*postings], "reason": reason}, **more)

    def user(self) -> str:
        return f"user:{self.rng.choice(USERS)}"

    def amount(self, most: int = 9) -> str:
        return str(self.rng.randint(1, most))

    # Before the storm.

    def opening(self) -> list[Write]:
        """Money for everybody, some holds (some of which expire soon), some transactions to reverse."""
        funded = [
            self.post(
                posting("house:bonus", f"user:{user}", "500"),
                posting("house:bank", f"user:{user}", "100.00", "USD"),
            )
            for user in USERS
        ]
        limit = self.write("PATCH", f"/v1/accounts/{CEILED}/balances/CREDIT", {"ceiling": str(CEILING)})
        return [*funded, limit]

    def referred(self) -> list[Write]:
        """What later writes refer to; `learn` from their answers."""
        holds = [self.hold(expires_in=self.rng.choice([None, None, None, 1, 2])) for _ in range(150)]
        return holds + [self.post(*self.legs()) for _ in range(100)]

    def learn(self, writes: list[Write]) -> None:
        for write in writes:
            assert write.answer is not None
            if write.answer.status >= 300:
                continue
            body = write.answer.body
            if body["hold"]:
                self.holds.append(body["hold"]["id"])
            else:
                self.transactions.append((body["id"], body["postings"]))

    # The storm.

    def storm(self, count: int) -> list[Write]:
        """At least ``count`` writes to be sent at once."""
        kinds = {
            self.earn: 26, self.pay: 12, self.multi: 8, self.chain: 8, self.capture: 7, self.release: 5,
            self.reverse: 6, self.set_balance: 4, self.bulk: 2, self.independent: 2, self.spend: 10,
            self.transfer: 7, self.hopeless: 3,
        }  # fmt: skip
        chosen = self.rng.choices(list(kinds), list(kinds.values()), k=count)
        writes = [kind() for kind in chosen]
        for _ in range(count // 50):
            writes += self.twins()
        self.rng.shuffle(writes)
        return writes

    def legs(self) -> list[dict[str, str]]:
        return [posting("house:bonus", self.user(), self.amount())]

    def earn(self) -> Write:
        return self.post(*self.legs())

    def pay(self) -> Write:
        return self.post(posting(self.user(), "house:sales", self.amount(self.rng.choice([9, 9, 900]))))

    def multi(self) -> Write:
        """Several legs, assets and persons in one transaction."""
        one, other = (f"user:{user}" for user in self.rng.sample(USERS, 2))
        return self.post(
            posting(one, other, self.amount()),
            posting(one, "house:fees", f"0.{self.rng.randint(10, 99)}", "USD"),
            posting("house:bonus", f"{other}:commissions", self.amount()),
        )

    def hold(self, expires_in: int | None = None, **more: Any) -> Write:
        body: dict[str, Any] = {**posting(self.user(), "house:sales", self.amount()), "reason": "reserved"}
        if expires_in is not None:
            body["expires_in"] = expires_in
        return self.write("POST", "/v1/holds", body, **more)

    def chain(self) -> Write:
        """A hold, and then its capture (whole or in part) or its release by the same sender."""
        end, key = self.rng.choice(["capture", "part", "release", "nothing"]), self.key()

        def then(answer: Any) -> Write:
            path = f"/v1/holds/{answer['hold']['id']}/{'release' if end == 'release' else 'capture'}"
            return self.write("POST", path, {"amount": "1", "final": False} if end == "part" else {}, key=key)

        return self.hold(then=None if end == "nothing" else then)

    def capture(self) -> Write:
        body = self.rng.choice([{}, {"amount": "1"}, {"amount": "2", "final": False}, {"amount": "7"}])
        return self.write("POST", f"/v1/holds/{self.rng.choice(self.holds)}/capture", body)

    def release(self) -> Write:
        return self.write(
            "POST", f"/v1/holds/{self.rng.choice(self.holds)}/release", {"reason": "not needed"}
        )

    def reverse(self) -> Write:
        id, postings = self.rng.choice(self.transactions)
        body: dict[str, Any] = {"reason": "mistake"}
        if self.rng.random() < 0.5:
            body["amounts"] = ["1" for _ in postings]
        return self.write("POST", f"/v1/transactions/{id}/reverse", body)

    def set_balance(self) -> Write:
        path = f"/v1/accounts/{self.user()}/balances/CREDIT"
        return self.write("PUT", path, {"balance": str(self.rng.randint(300, 600)), "reason": "counted"})

    def _items(self) -> list[dict[str, Any]]:
        items = [{"postings": self.legs(), "reason": "campaign"} for _ in range(self.rng.randint(2, 20))]
        if self.rng.random() < 0.3:
            items.append({"postings": [posting(self.user(), "house:sales", "100000")], "reason": "too much"})
        return items

    def bulk(self) -> Write:
        return self.write("POST", "/v1/transactions/bulk", {"mode": "atomic", "items": self._items()})

    def independent(self) -> Write:
        return self.write("POST", "/v1/transactions/bulk", {"mode": "independent", "items": self._items()})

    def act(self, name: str, body: dict[str, Any]) -> Write:
        user = self.rng.choice(USERS)
        return Write(f"user:{user}", TOKENS[user], self.key(), "POST", f"/v1/actions/{name}", body)

    def spend(self) -> Write:
        return self.act(
            "spend", {"amount": self.amount(self.rng.choice([9, 9, 900, 2000])), "reason": "a server"}
        )

    def transfer(self) -> Write:
        # Nobody pays oneself: the receiver is somebody who sends nothing.
        return self.act("transfer", {"amount": self.amount(), "to": "saver"})

    def hopeless(self) -> Write:
        """What can only be refused."""
        return self.rng.choice(
            [
                self.write("POST", f"/v1/holds/{NOBODY}/capture", {}),
                self.write("POST", f"/v1/transactions/{NOBODY}/reverse", {}),
                self.post(posting("house:bonus", self.user(), "1", "GOLD")),
                self.post(posting(self.user(), "house:sales", "1000000")),
            ]
        )

    def twins(self) -> list[Write]:
        """The same key twice at the same time: with the same body, or with another, of which one must lose."""
        key, legs = self.key(), self.legs()
        other = legs if self.rng.random() < 0.7 else self.legs() * 2
        return [
            self.write("POST", "/v1/transactions", {"postings": body}, key=key, shared=True)
            for body in (legs, other)
        ]
