"""From commit to receipt with 5,000 clients on two workers and 2,000 writes a second offered; see connections.py.

python benchmarks/receipt.py [--clients 5000] [--workers 2] [--writes 2000] [--seconds 10] [--bus notify|redis]
"""

from connections import main

if __name__ == "__main__":
    main(
        "commit to receipt",
        lambda parser: parser.set_defaults(clients=5_000, workers=2, writes=2_000),
    )
