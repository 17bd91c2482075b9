"""A request's money is given back on the request, by two people, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server

SHOTS = os.environ.get("GROAT_SHOTS", "")


def test_one_proposes_and_another_corrects(server: Server, new_screen: NewScreen) -> None:
    data = {"amount": "31.00", "asset": "USD", "user": "11", "reference": "By mistake"}
    filed = server.call("POST", "/v1/requests/transfer", data, user="7")
    path = f"/v1/requests/transfer/{filed['id']}"
    server.call("POST", f"{path}/approve")
    while server.call("GET", path)["state"] != "completed":
        pass
    # Past the request there is no way, and the refusal says where there is one.
    steps = server.call("GET", path)["history"]
    problem = server.refused("POST", f"/v1/transactions/{steps[-1]['transaction']}/reverse")
    assert problem["code"] == "belongs_to_request"
    assert f"{path}/correct" in problem["detail"]
    before = server.balance("7", "USD")

    first = new_screen("admin", f"/requests/transfer/{filed['id']}")
    page = first.page
    page.get_by_test_id("act-correct").click()
    dialog = page.get_by_test_id("input-dialog")
    dialog.get_by_label("Amount").fill("30.00")
    dialog.get_by_label("Reason").fill("It was 1")
    dialog.get_by_role("button", name="Correct").click()
    acts = page.get_by_test_id("acts").first
    expect(acts).to_contain_text("proposed to give back 30.00 USD")
    assert server.balance("7", "USD") == before
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / "correction.png")

    second = new_screen("admin2", f"/requests/transfer/{filed['id']}")
    page = second.page
    page.get_by_test_id("act-correct").click()
    dialog = page.get_by_test_id("input-dialog")
    expect(dialog.get_by_label("Amount")).to_have_value("30.00")
    dialog.get_by_label("Reason").fill("I agree")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / "confirm.png")
    dialog.get_by_role("button", name="Correct").click()
    expect(page.get_by_test_id("corrected").first).to_have_text("Given back: 30.00 USD")
    assert float(server.balance("7", "USD")) == float(before) + 30
