"""The same words without await, for scripts and threaded apps. Run it: python examples/sync_facade.py sqlite:///example.db"""

import sys
from concurrent.futures import ThreadPoolExecutor

from groat import Refused, SyncGroat


def main(database: str) -> None:
    with SyncGroat.open(database) as groat:
        groat.add_asset("USD", 2)
        groat.post([("house:bank", "user:1", "100.00", "USD")], key="top-up-1", reason="Top-up")

        # Threads that write at once share commits.
        def sell(number: int) -> str:
            try:
                groat.post([("user:1", "house:sales", "30.00", "USD")], key=f"order-{number}")
            except Refused as refused:
                return refused.code
            return "sold"

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(sell, range(5)))
        print("sold:", answers.count("sold"), "refused:", answers.count("insufficient_funds"))

        # Corrections are transactions too, and old answers stay as they were.
        (newest, *_) = groat.entries("user:1", "USD", limit=1)
        groat.reverse(newest.transaction, key="refund-1", reason="Broken on arrival")
        balance = groat.account("user:1").balances[0]
        print(f"balance: {balance.balance} {balance.asset}, changes: {balance.version}")
        print("books agree:", groat.verify().ok)


if __name__ == "__main__":
    main(sys.argv[1])
