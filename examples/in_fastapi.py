"""Groat inside a FastAPI app: one process, one database, the app's own routes beside groat's.

Run it: python examples/in_fastapi.py sqlite:///example.db

It starts the app on a free port, signs a person up and reads their balance from groat's API. To serve such an app for
good, give it to any ASGI server: uvicorn --timeout-graceful-shutdown 10 my_app:app
"""

import asyncio
import json
import socket
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jwt
import uvicorn
from fastapi import FastAPI

from groat.http.app import create_app
from groat.settings import Settings

SECRET = "the app signs its own tokens with this"  # noqa: S105


def make_app(database: str) -> FastAPI:
    groat = create_app(Settings(database=database, secret=SECRET, jwt_secret=SECRET))
    app = FastAPI()
    # The app opens and closes the ledger with itself.
    groat.mount_in(app, "/credits")

    @app.post("/sign-up/{user}")
    async def sign_up(user: str) -> dict[str, str]:
        await groat.groat.add_asset("CREDIT", 0)
        await groat.groat.post([("house:bonus", f"user:{user}", "50", "CREDIT")], key=f"sign-up/{user}")
        expires_at = datetime.now(UTC) + timedelta(minutes=15)
        return {"token": jwt.encode({"sub": user, "exp": expires_at}, SECRET)}

    return app


def call(route: str, token: str = "") -> tuple[int, dict]:
    method, _, address = route.partition(" ")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request(address, method=method, headers=headers)  # noqa: S310
    try:
        with closing(urlopen(request)) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except HTTPError as error:
        with closing(error):
            return error.code, json.load(error)


async def main(database: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(make_app(database), log_level="error"))
    serving = asyncio.create_task(server.serve([listener]))

    _, signed_up = await asyncio.to_thread(call, f"POST {address}/sign-up/42")
    _, me = await asyncio.to_thread(call, f"GET {address}/credits/v1/me", signed_up["token"])
    print("balance:", me["balances"][0]["balance"], me["balances"][0]["asset"])
    status, problem = await asyncio.to_thread(call, f"GET {address}/credits/v1/me")
    print("without a token:", status, problem["code"])
    _, document = await asyncio.to_thread(call, f"GET {address}/credits/v1/openapi.json")
    print("described at:", document["servers"][0]["url"])

    server.should_exit = True
    await serving


asyncio.run(main(sys.argv[1]))
