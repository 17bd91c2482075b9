"""A small shop in Flask, beside a groat server: who am I, a token for the page, an order that is paid once."""

import os
from uuid import UUID

from flask import Flask, Response, abort, redirect, render_template, request, session

from groat.client import Client, Problem, sign_token

app = Flask(__name__)
app.secret_key = os.environ["SESSION_SECRET"]
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

groat = Client(os.environ["GROAT_URL"], os.environ["GROAT_API_KEY"])
# Adding the same asset again is no error.
groat.add_asset(code="CREDIT", scale=0)


def identify() -> str:
    """Return who is signed in. With Flask-Login it is current_user.get_id()."""
    return session.get("user") or abort(401)


@app.get("/")
def page() -> str:
    if "user" not in session:
        return render_template("login.html")
    account = groat.get_account(f"user:{identify()}")
    credits = next(each.balance for each in account.balances if each.asset == "CREDIT")
    return render_template("shop.html", user=identify(), credits=credits, groat=os.environ["GROAT_URL"])


@app.post("/login")
def login() -> Response:
    user = request.form["user"]
    posting = {"source": "house:bonus", "destination": f"user:{user}", "amount": "50", "asset": "CREDIT"}
    # Nobody is welcomed twice, however often they sign in.
    groat.post_transaction(postings=[posting], reason="Welcome", key=f"welcome-{user}")
    session["user"] = user
    return redirect("/")


@app.post("/logout")
def logout() -> Response:
    session.clear()
    return redirect("/")


@app.get("/groat-token")
def groat_token() -> Response:
    token = sign_token(identify(), secret=os.environ["GROAT_JWT_SECRET"], expires_in_s=900)
    return Response(token, mimetype="text/plain")


@app.post("/orders/<uuid:order>")
def buy(order: UUID) -> tuple[dict[str, str | None], int]:
    user = identify()
    posting = {"source": f"user:{user}", "destination": "house:sales", "amount": "30", "asset": "CREDIT"}
    # The page names the order, so that one which is sent again is paid for once.
    paid = groat.post_transaction(postings=[posting], reason="A hat", key=f"order-{user}-{order}")
    return {"paid": paid.id}, 200 if paid.replayed else 201


@app.errorhandler(Problem)
def problem(error: Problem) -> tuple[dict[str, str], int]:
    if error.status >= 500:
        raise error
    return {"code": error.code, "detail": error.detail}, error.status
