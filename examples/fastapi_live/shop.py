"""A small shop in FastAPI with groat mounted in it: who am I, a token for the page, an order that is paid once."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field
from starlette.middleware.sessions import SessionMiddleware

from groat import Refused
from groat.client import sign_token
from groat.http.app import create_app
from groat.settings import load

settings = load()  # GROAT_DATABASE, GROAT_SECRET, GROAT_JWT_SECRET
groat = create_app(settings)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    # Groat is open by now. Adding the same asset again is no error.
    await groat.groat.add_asset("CREDIT", 0)
    yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_SECRET"])
groat.mount_in(app, "/groat")


def identify(request: Request) -> str:
    """Return who is signed in. Your own login has its own way to know."""
    user = request.session.get("user")
    if user is None:
        raise HTTPException(401, "signed out")
    return user


User = Annotated[str, Depends(identify)]


class Login(BaseModel):
    """A sign-in."""

    user: str = Field(pattern=r"^[A-Za-z0-9._@|-]{1,64}$")


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(Path(__file__).parent / "page.html")


@app.post("/login", status_code=204)
async def login(body: Login, request: Request) -> None:
    # Nobody is welcomed twice, however often they sign in.
    gift = ("house:bonus", f"user:{body.user}", "50", "CREDIT")
    await groat.groat.post([gift], key=f"welcome-{body.user}", reason="Welcome")
    request.session["user"] = body.user


@app.post("/logout", status_code=204)
async def logout(request: Request) -> None:
    request.session.clear()


@app.get("/me")
async def me(user: User) -> dict[str, str]:
    return {"user": user}


@app.get("/groat-token")
async def groat_token(user: User) -> PlainTextResponse:
    return PlainTextResponse(sign_token(user, secret=settings.jwt_secret, expires_in_s=900))


@app.post("/orders/{order}")
async def buy(order: UUID, user: User, response: Response) -> dict[str, str | None]:
    price = (f"user:{user}", "house:sales", "30", "CREDIT")
    # The page names the order, so that one which is sent again is paid for once.
    paid = await groat.groat.post([price], key=f"order-{user}-{order}", reason="A hat")
    response.status_code = 200 if paid.replayed else 201
    return {"paid": paid.id}


@app.exception_handler(Refused)
async def refused(_: Request, error: Refused) -> JSONResponse:
    return JSONResponse({"code": error.code, "detail": error.detail}, error.status)
