"""A server of an older version as a process: it does what lines of JSON on standard input say, and answers each by one.

Its own package comes first on the path that the first argument names; the second one is the database.
"""

import asyncio
import json
import sys

sys.path.insert(0, sys.argv[1])

from groat import Groat
from groat.ledger.errors import GroatError
from groat.live.socketio import nodes


async def main(database: str) -> None:
    """Open the ledger, note that this node is there, and follow the lines."""
    async with Groat.open(database) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.write(nodes._beat, "older", "")
        print(json.dumps(nodes.__file__), flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            source, destination, amount, key = json.loads(line)
            try:
                made = await groat.post([(source, destination, amount, "CREDIT")], key=key)
                answer = [made.id, made.replayed]
            except GroatError as error:
                answer = [error.code, False]
            print(json.dumps(answer), flush=True)


asyncio.run(main(sys.argv[2]))
