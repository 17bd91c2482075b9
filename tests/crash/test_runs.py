"""kill -9 in the middle of a bulk run: it goes on where it was, and nobody gets anything twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx

from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing
from tests.live.waiting import until

PEOPLE = 11_000
KILLS = 2


def count(server: Server) -> int:
    with closing(sqlite3.connect(server.path)) as database:
        (rows,) = database.execute("SELECT count(*) FROM groat_txn WHERE kind = 'run.post'").fetchone()
    return int(rows)


def balances(server: Server) -> dict[str, int]:
    with closing(sqlite3.connect(server.path)) as database:
        rows = database.execute("SELECT path, credits FROM groat_account WHERE path LIKE 'user:p%'")
        return dict(rows.fetchall())


def has_posted(server: Server, rows: int) -> bool:
    return count(server) >= rows


async def test_a_run_survives_kills(server: Server, seed: int) -> None:
    rng = random.Random(seed)
    await server.start()
    headers = bearing(ADMIN) | {"Idempotency-Key": "run"}
    sent = {
        "people": [f"p{number}" for number in range(PEOPLE)],
        "amount": "1",
        "asset": "CREDIT",
        "reason": "Kill",
    }
    async with httpx.AsyncClient(base_url=server.address, trust_env=False, timeout=DEADLINE_S) as http:
        await http.post("/v1/assets", json={"code": "CREDIT", "scale": 0}, headers=bearing(ADMIN))
        made = await http.post("/v1/runs", json=sent, headers=headers)
        assert made.status_code == 201, made.text
        path = f"/v1/runs/{made.json()['id']}"
    for kill in range(KILLS):
        await until(partial(has_posted, server, kill * 2_000 + 1), DEADLINE_S)
        await asyncio.sleep(rng.uniform(0, 0.2))
        server.kill()
        assert count(server) % 1_000 == 0, "a chunk is posted whole or not at all"
        await server.start()
    await until(partial(has_posted, server, PEOPLE), DEADLINE_S)
    async with httpx.AsyncClient(base_url=server.address, trust_env=False, timeout=DEADLINE_S) as http:
        again = await http.post("/v1/runs", json=sent, headers=headers)
        run = (await http.get(path, headers=bearing(ADMIN))).json()
        for _ in range(1_000):
            if run["state"] == "done":
                break
            run = (await http.get(path, headers=bearing(ADMIN))).json()
    assert (again.status_code, again.json()["id"]) == (200, run["id"])
    assert (run["state"], run["posted"]) == ("done", {"rows": PEOPLE, "amount": str(PEOPLE)})
    with closing(sqlite3.connect(server.path)) as database:
        (most, people) = database.execute(
            "SELECT max(credits), count(*) FROM groat_account WHERE path LIKE 'user:p%'"
        ).fetchone()
    assert (most, people) == (1, PEOPLE)
    assert server.alarms() == []
    assert await server.terminate() == 0
    await server.verify()


async def test_an_act_is_finished_after_a_kill_before_its_run(tmp_path: Path) -> None:
    """No run can be written until the server is dead, so it dies between an act and its run."""
    server = Server(tmp_path, GROAT_PROGRAMS="placements")
    try:
        await server.start()
        async with httpx.AsyncClient(
            base_url=server.address, trust_env=False, timeout=DEADLINE_S, headers=bearing(ADMIN)
        ) as http:
            await http.post("/v1/assets", json={"code": "CREDIT", "scale": 0})
            placement = {"title": "Spring", "id": "spring"}
            await http.post("/v1/placements", json=placement, headers={"Idempotency-Key": "spring"})
            for user in ("p1", "p2"):
                await http.put(f"/v1/placements/spring/candidates/{user}", headers={"Idempotency-Key": user})
            with closing(sqlite3.connect(server.path)) as database:
                database.execute(
                    "CREATE TRIGGER no_run BEFORE INSERT ON groat_run BEGIN SELECT raise(ABORT, 'no'); END"
                )
            call = partial(
                http.post,
                "/v1/placements/spring/credits",
                json={"credits": "5", "reason": "Kill"},
                headers={"Idempotency-Key": "act"},
            )
            assert (await call()).status_code >= 500
            server.kill()
            with closing(sqlite3.connect(server.path)) as database:
                assert database.execute("SELECT pending FROM groat_placement_act").fetchall() == [(1,)]
                database.execute("DROP TRIGGER no_run")
            await server.start()
            await until(lambda: balances(server) == {"user:p1": 5, "user:p2": 5}, DEADLINE_S)
            again = await call()
            acts = (await http.get("/v1/placements/spring/acts")).json()["items"]
        assert [act["run"] for act in acts] == [again.json()["run"]["id"]]
        assert balances(server) == {"user:p1": 5, "user:p2": 5}
        assert await server.terminate() == 0
        await server.verify()
    finally:
        server.bury()
