"""Credits for people, in the process of an async app. Run it: python examples/async_facade.py sqlite:///example.db"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta

from groat import Groat, Refused


async def main(database: str) -> None:
    async with Groat.open(database) as groat:
        await groat.add_asset("CREDIT", 0)

        # A commit here calls listeners on the event loop: this is where live screens hang.
        def told(published: list) -> None:
            for stream in published:
                for event in map(json.loads, stream.events or ()):
                    for change in event["changes"]:
                        print(
                            f"  {stream.stream}: {change['delta']:>3} -> {change['balance']} ({event['kind']})"
                        )

        groat.listen(told)

        # Money moves from one account to another, under a key that makes a retry harmless.
        bonus = [("house:bonus", "user:42", "50", "CREDIT")]
        first = await groat.post(bonus, key="welcome-42", reason="Welcome")
        again = await groat.post(bonus, key="welcome-42", reason="Welcome")
        print("same transaction:", first.id == again.id, "replayed:", again.replayed)

        # Reserve, then take what was used; the rest goes back.
        hold = await groat.hold(
            "user:42",
            "house:sales",
            "20",
            "CREDIT",
            key="job-7",
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
        await groat.capture(hold.hold.id, amount="12", key="job-7-done", reason="12 pages")

        # A refusal is an answer: no floor of user:42 allows this.
        try:
            await groat.post([("user:42", "user:7", "100", "CREDIT")], key="gift-1")
        except Refused as refused:
            print("refused:", refused.code, "available:", refused.fields["available"])

        # Why is the balance what it is?
        for entry in await groat.entries("user:42", "CREDIT"):
            print(
                f"  v{entry.version} {entry.kind:8} {entry.delta:>4} -> {entry.balance} {entry.reason}".rstrip()
            )

        # What a client needs to show the balance and to go on from there.
        snapshot = await groat.streams.snapshot("user:42")
        print("position:", snapshot.offset, "balance:", json.loads(snapshot.data)["balances"][0]["balance"])
        print("books agree:", (await groat.verify()).ok)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
