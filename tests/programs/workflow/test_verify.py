"""Each contradiction between requests, their steps, their holds and notifications is found, and named as what it is."""

from __future__ import annotations

import pytest

from groat import Groat
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.programs.workflow.payouts import PAYOUT

ENDED, OPEN = "(SELECT min(id) FROM groat_request)", "(SELECT max(id) FROM groat_request)"
TAMPERINGS = [
    ("UPDATE groat_request SET version = version + 1", "verify_requests"),
    (f"UPDATE groat_request SET state = 'completed' WHERE id = {OPEN}", "verify_requests"),
    ("DELETE FROM groat_request_step WHERE version = 1", "verify_requests"),
    ("DELETE FROM groat_request_step WHERE version = 2", "verify_requests"),
    (f"DELETE FROM groat_request WHERE id = {ENDED}", "verify_requests"),
    ("UPDATE groat_request SET hold = NULL", "verify_request_holds"),
    (f"UPDATE groat_request SET hold = {OPEN} WHERE id = {ENDED}", "verify_request_holds"),
    ("UPDATE groat_request SET hold = 'x' WHERE hold IS NOT NULL", "verify_request_holds"),
    ("UPDATE groat_request SET open = 0", "verify_request_holds"),
    ("UPDATE groat_notification_box SET total = total + 1", "verify_notifications"),
    ("UPDATE groat_notification SET number = number + 7", "verify_notifications"),
    ("DELETE FROM groat_notification", "verify_notifications"),
]


@pytest.mark.parametrize(("tampering", "check"), [("", ""), *TAMPERINGS], ids=lambda text: text[:40])
async def test_found(database: Database, clock: Clock, tampering: str, check: str) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:bank", "user:42", "500", "USD")], key="start")
        workflow = Workflow(groat, [PAYOUT])
        for key in ("ended", "open"):
            filed = await workflow.file("payout", {"amount": "20", "asset": "USD"}, user="42", key=key)
            if key == "ended":
                assert isinstance(filed, RequestView)
                answer = await workflow.take(
                    "payout", filed.id, "approve", by="user:ada", key="a", roles=["admin"]
                )
                assert isinstance(answer, RequestView)
                await workflow.take_due()
        if tampering:
            database.rows(tampering)
        report = await groat.verify()
        found = {problem.check for problem in report.problems}
        assert check in found if check else not found
        assert found <= report.checks.keys()
        assert all(problem.what for problem in report.problems)
