"""Every route as every role: who may do what, in one table; and what people see of others, which is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.tables import parse_table
from tests.http.conftest import EVERYWHERE, PASSWORD, Api, code, give, posting

# The status each caller gets. "nobody" sends no credentials, "42" owns what the path names, "7" is another person.
TABLE = """
operation           nobody  42   7    sam  ada  shop
postTransaction     401     403  403  403  201  201
postTransactions    401     403  403  403  200  200
getTransaction      401     200  404  200  200  200
reverseTransaction  401     403  403  403  201  201
createHold          401     403  403  403  201  201
getHold             401     200  404  200  200  200
captureHold         401     403  403  403  201  201
settleHold          401     403  403  403  201  201
extendHold          401     403  403  403  201  201
releaseHold         401     403  403  403  201  201
voidGrant           401     403  403  403  201  201
listAccounts        401     200  403  200  200  200
getAccount          401     200  403  200  200  200
listMembers         401     200  403  200  200  200
setMember           401     403  403  403  200  200
freezeAccount       401     403  403  403  200  403
unfreezeAccount     401     403  403  403  409  403
closeAccount        401     403  403  403  200  403
reopenAccount       401     403  403  403  409  403
setBudget           401     201  403  403  201  201
listBudgets         401     200  403  200  200  200
getBudget           401     200  404  200  200  200
changeBudget        401     403  404  403  200  200
removeBudget        401     403  404  403  200  200
checkSpend          401     200  403  200  200  200
listEntries         401     200  403  200  200  200
getStatement        401     200  403  200  200  200
setBalance          401     403  403  403  201  201
setLimits           401     403  403  403  200  200
listAssets          401     200  200  200  200  200
addAsset            401     403  403  403  201  201
getMe               401     200  200  200  200  200
readStream          401     200  403  200  200  200
readStreams         401     200  403  200  200  200
callAction          401     201  422  422  422  403
listKinds           401     200  200  200  200  200
listRequests        401     200  200  200  200  200
fileRequest         401     201  201  201  201  400
getRequest          401     200  404  200  200  200
listSteps           401     200  404  200  200  200
takeTransition      401     403  404  403  201  403
lookAtRequest       401     403  403  200  200  403
listLooks           401     403  403  200  200  403
listNotifications   401     200  403  200  200  200
sendNotification    401     403  403  403  201  201
listOutbox          401     403  403  200  200  403
replayOutboxEntry   401     403  403  403  404  403
readNotifications   401     200  404  404  404  403
getPreferences      401     200  403  200  200  200
setPreferences      401     200  403  403  200  200
createRunDraft      401     403  403  403  201  201
listRunDrafts       401     403  403  200  200  200
getRunDraft         401     403  403  404  404  404
changeRunDraft      401     403  403  403  404  404
deleteRunDraft      401     403  403  403  404  404
listDraftRows       401     403  403  404  404  404
postRun             401     403  403  403  201  201
listRuns            401     403  403  200  200  200
getRun              401     403  403  404  404  404
listRunRows         401     403  403  404  404  404
exportDraftRows     401     403  403  404  404  404
exportRun           401     403  403  404  404  404
listReceipts        401     403  403  404  404  404
exportReceipts      401     403  403  404  404  404
undoRun             401     403  403  403  404  404
findPerson          401     200  200  200  200  200
listAudit           401     403  403  200  200  403
listUsers           401     403  403  200  200  403
addUser             401     403  403  403  201  403
getUser             401     403  403  200  200  403
changeUser          401     403  403  403  200  403
revokeUser          401     403  403  403  204  403
listApiKeys         401     403  403  403  200  403
addApiKey           401     403  403  403  201  403
revokeApiKey        401     403  403  403  204  403
previewSheet        401     403  403  200  200  403
login               200     200  200  200  200  200
refreshToken        401     401  401  401  401  401
logout              204     204  204  204  204  204
getClock            401     200  200  200  200  200
forwardClock        401     403  403  403  409  403
confirmClock        401     403  403  403  409  403
getConfig           200     200  200  200  200  200
listDemoPeople      404     404  404  404  404  404
getOpenapi          200     200  200  200  200  200
getDocs             200     200  200  200  200  200
isLive              200     200  200  200  200  200
isReady             200     200  200  200  200  200
getMetrics          401     403  403  200  200  403
"""
ROWS = parse_table(TABLE)


class Things:
    """Fresh things for one call: each belongs to 42."""

    def __init__(
        self,
        transaction: str,
        hold: str,
        key: str,
        request: str,
        notification: str,
        grant: str,
        budget: str,
    ) -> None:
        self.grant = grant
        self.budget = budget
        self.transaction = transaction
        self.notification = notification
        self.request = request
        self.hold = hold
        self.key = key


async def things(api: Api) -> Things:
    given = await api.call("ada", "POST /v1/transactions", give("42", "1"))
    body = {**posting("user:42", "house:sales", "1"), "expires_in": 600}
    held = await api.call("ada", "POST /v1/holds", body)
    key = await api.call("ada", "POST /v1/api-keys", {"service": "other"})
    claim = {"amount": "1", "asset": "USD", "purpose": "Stamps"}
    filed = await api.call("42", "POST /v1/requests/expense", claim)
    told = await api.call("ada", "POST /v1/notifications", {"to": "user:42", "title": "Hello"})
    made = (given.json()["id"], held.json()["hold"]["id"], key.json()["id"], filed.json()["id"])
    granting = {"postings": [{**posting("house:bonus", "user:9", "1"), "grant": {}}]}
    granted = await api.call("ada", "POST /v1/transactions", granting)
    budget = await api.call("ada", "POST /v1/budgets", BUDGET)
    await api.call("ada", "PUT /v1/accounts/team:acme/members/42", {"rights": ["read"]})
    return Things(*made, told.json()["id"], granted.json()["grants"][0]["grant"], budget.json()["id"])


BUDGET = {"account": "user:42", "asset": "CREDIT", "limit": "100000", "window": "day"}
_SHEET = {"file": ("people.csv", b"user,amount\n42,1\n")}


def request(operation: str, caller: str, made: Things) -> dict[str, Any]:
    """What to send so that the caller's rights alone decide."""
    route = f"{EVERYWHERE.operations[operation].method} {EVERYWHERE.operations[operation].path}"
    if "requests" in route or "looks" in route:
        route = route.replace("{id}", made.request)
    route = route.replace("{grant}", made.grant).replace("{budget}", made.budget)
    route = route.replace("{kind}", "expense").replace("{transition}", "pay")
    route = route.replace("{id}", made.transaction if "transactions" in route else made.hold)
    # An account whose state changes is one that the next caller does not need.
    account = "user:nobody" if operation.endswith("Account") and operation != "getAccount" else "user:42"
    route = (
        route.replace("{account}", account)
        .replace("{asset}", "CREDIT")
        .replace("{user}", "42")
        .replace("{who}", "42")
    )
    route = route.replace("{stream}", "user:42").replace("{name}", "spend")
    if operation == "revokeApiKey":
        route = f"DELETE /v1/api-keys/{made.key}"
    if operation in ("listMembers", "setMember"):
        # Person 42 reads it as a member, and does not manage it.
        route = route.replace("user:42", "team:acme").replace("members/42", "members/9")
    bodies: dict[str, Any] = {
        "postTransaction": give("42", "1"),
        "postTransactions": {"mode": "independent", "items": [give("42", "1")]},
        "reverseTransaction": {},
        "createHold": posting("user:42", "house:sales", "1"),
        "captureHold": {},
        "settleHold": {"actual": "1"},
        "extendHold": {"expires_in": 3600},
        "releaseHold": {},
        "voidGrant": {"reason": "Given twice"},
        "setMember": {"rights": ["read"]},
        "setBalance": {"balance": f"{100 + len(made.transaction) + sum(map(ord, caller))}"},
        "setLimits": {"ceiling": "100000"},
        "freezeAccount": {"reason": "Why"},
        "unfreezeAccount": {"reason": "Why"},
        "closeAccount": {"reason": "Why", "rest_to": "house:unclaimed"},
        "reopenAccount": {"reason": "Why"},
        "forwardClock": {"forward_s": 60},
        "confirmClock": {"reason": "Why"},
        "setBudget": BUDGET,
        "changeBudget": {"limit": "200000"},
        "removeBudget": {},
        "addAsset": {"code": f"A{caller.upper()}", "scale": 1},
        "callAction": {"amount": "1"},
        "addUser": {"user": f"new-{caller}"},
        "changeUser": {"name": "Zoe"},
        "revokeUser": {},
        "addApiKey": {"service": "third"},
        "fileRequest": {"amount": "1", "asset": "USD", "purpose": "Stamps"},
        "takeTransition": {},
        "sendNotification": {"to": "user:42", "title": "Hello"},
        "readNotifications": {"ids": [made.notification]},
        "setPreferences": {"ways": {"*": []}},
        "createRunDraft": {"people": ["42"], "amount": "1"},
        "changeRunDraft": {},
        "undoRun": {"reason": "Why"},
        "postRun": {"people": ["42"], "amount": "1"},
        "login": {"user": "pat", "password": PASSWORD},
    }
    sent: dict[str, Any] = {"route": route}
    if operation == "previewSheet":
        sent |= {"files": _SHEET, "data": {"asset": "CREDIT"}}
    elif operation in bodies:
        sent["json"] = bodies[operation]
    if operation == "listAccounts":
        sent["params"] = {"prefix": "user:42"}
    if operation == "readStreams":
        sent["params"] = {"streams": "user:42"}
    if operation == "listBudgets":
        sent["params"] = {"account": "user:42"}
    if operation in ("listNotifications", "getPreferences", "setPreferences"):
        sent["params"] = {"user": "42"}
    if operation == "checkSpend":
        sent["params"] = {"asset": "CREDIT", "amount": "1"}
    if operation == "listEntries":
        sent["params"] = {"asset": "CREDIT"}
    if operation == "getStatement":
        sent["params"] = {"asset": "CREDIT", "from": "2026-01-01T00:00:00Z"}
    return sent


def test_the_table_knows_every_operation() -> None:
    assert {row["operation"] for row in ROWS} == set(EVERYWHERE.rights)
    assert set(EVERYWHERE.rights) == set(EVERYWHERE.operations)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["operation"])
async def test_who_may_do_what(api: Api, row: dict[str, str]) -> None:
    operation = row["operation"]
    if operation == "login":
        await api.identities.add_user("pat", password=PASSWORD)
    found = {"operation": operation}
    for caller in list(row)[1:]:
        made = await things(api)
        sent = request(operation, caller, made)
        answer = await api.call("" if caller == "nobody" else caller, **sent)
        found[caller] = str(answer.status_code)
        assert answer.status_code < 400 or code(answer)
        if operation == "revokeUser" and answer.is_success:
            api.credentials["42"], _ = await api.identities.issue_token("42")
    assert found == row


async def test_people_see_nothing_of_others(api: Api) -> None:
    """A transfer from 42 to 7, with private facts: what each of them can read of it anywhere."""
    await api.call(
        "42", "POST /v1/actions/transfer", {"amount": "5", "asset": "CREDIT", "to": "7", "metadata": {"a": 1}}
    )
    posted = await api.call(
        "ada",
        "POST /v1/transactions",
        {
            "postings": [posting("user:42", "user:7", "3"), posting("house:bonus", "house:other", "9")],
            "metadata": {"secret": "facts"},
        },
        key="secret-key",
    )
    id = posted.json()["id"]
    seen = [
        await api.call("7", f"GET /v1/transactions/{id}"),
        await api.call("7", "GET /v1/me"),
        await api.call("7", "GET /v1/accounts"),
        await api.call("7", "GET /v1/accounts/user:7/entries", params={"asset": "CREDIT"}),
        await api.call("7", "GET /v1/streams/user:7/events"),
    ]
    for answer in seen:
        assert answer.status_code == 200
        for private in ("secret", "facts", "secret-key", '"92"', "house:other", '"version":4'):
            assert private not in answer.text, (private, answer.text)
    transaction = seen[0].json()
    assert transaction["postings"] == [posting("user:42", "user:7", "3")]
    assert [balance["account"] for balance in transaction["balances"]] == ["user:7"]
    assert list(transaction["positions"]) == ["user:7"]


async def test_an_action_shows_its_caller_only_their_own(api: Api) -> None:
    body = {"amount": "5", "asset": "CREDIT", "to": "7", "metadata": {"note": "lunch"}}
    answer = (await api.call("42", "POST /v1/actions/transfer", body, key="mine")).json()
    assert [balance["account"] for balance in answer["balances"]] == ["user:42"]
    assert list(answer["positions"]) == ["user:42"]
    assert answer["metadata"] == {"note": "lunch"}
    assert answer["key"] == "mine"


async def test_a_person_reads_only_streams_of_their_own(api: Api) -> None:
    await api.identities.set_roles("7", ("partner",))
    for caller, stream, status in (
        ("42", "user:42", 200), ("42", "user:7", 403), ("42", "role:partner", 403), ("42", "role:admin", 403),
        ("7", "role:partner", 200), ("7", "user:42", 403), ("sam", "user:42", 200), ("sam", "role:admin", 403),
        ("ada", "role:admin", 200), ("shop", "user:7", 200),
    ):  # fmt: skip
        for accept in ("application/json", "text/event-stream"):
            if accept == "text/event-stream" and status == 200:
                continue
            answer = await api.call(caller, f"GET /v1/streams/{stream}/events", headers={"Accept": accept})
            assert answer.status_code == status, (caller, stream)


async def test_of_several_streams_each_must_be_the_callers(api: Api) -> None:
    await api.identities.set_roles("7", ("partner",))
    for caller, streams, refused in (
        ("42", "user:42,role:all", None), ("42", "user:42,user:7", "user:7"), ("7", "role:partner,user:7", None),
        ("42", "role:all,role:partner", "role:partner"), ("sam", "user:42,user:7,role:all", None),
        ("sam", "user:42,role:admin", "role:admin"), ("shop", "user:7,user:42", None),
        ("7", "user:7,user:42", "user:42"),
    ):  # fmt: skip
        for accept in ("application/json", "text/event-stream"):
            if accept == "text/event-stream" and refused is None:
                continue
            params = {"streams": streams}
            answer = await api.call(
                caller, "GET /v1/streams/events", params=params, headers={"Accept": accept}
            )
            if refused is None:
                assert [page["stream"] for page in answer.json()["pages"]] == streams.split(",")
            else:
                assert (answer.status_code, answer.json()["stream"]) == (403, refused)


async def test_without_names_the_streams_are_those_of_the_live_connection(api: Api) -> None:
    await api.identities.set_roles("7", ("partner",))
    for caller, streams in (("42", "user:42 role:all"), ("7", "user:7 role:partner role:all")):
        answer = (await api.call(caller, "GET /v1/streams/events")).json()
        assert {page["stream"] for page in answer["pages"]} == set(streams.split())
        assert all("reset" in page for page in answer["pages"])
        again = await api.call(caller, "GET /v1/streams/events", params={"after": answer["position"]})
        assert again.json() == {"pages": [], "position": answer["position"]}
        by_header = await api.call(
            caller, "GET /v1/streams/events", headers={"Last-Event-ID": answer["position"]}
        )
        assert by_header.json() == again.json()


@pytest.mark.parametrize(
    "route", ["GET /v1/streams/user:42/events", "GET /v1/streams/events?streams=user:42"]
)
async def test_staff_who_read_a_stream_leave_a_trace(api: Api, route: str) -> None:
    await api.call("sam", route)
    audit = (await api.call("ada", "GET /v1/audit", params={"actor": "user:sam"})).json()["items"]
    assert [(entry["kind"], entry["target"]) for entry in audit] == [("view", "user:42")]


async def test_nobody_changes_their_own_rights(api: Api) -> None:
    bodies: tuple[dict[str, Any], ...] = ({"roles": []}, {"disabled": True})
    for body in bodies:
        assert code(await api.call("ada", "PATCH /v1/users/ada", body)) == "own_rights"
    # Nor by a record of their own, whose roles would win over those of the token.
    assert code(await api.call("ada", "POST /v1/users", {"user": "ada", "roles": ["admin"]})) == "own_rights"
    assert (await api.call("ada", "PATCH /v1/users/ada", {"name": "Ada"})).status_code == 200
