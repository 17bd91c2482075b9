"""Scrolling the preview of a bulk run in a browser: does the page ever stand still?

Starts a server with a draft of many rows, opens its page in Chromium and scrolls: with a wheel, from end to end within
seconds, by keys, and through a list of one sort of rows. Prints JSON lines: how many tasks were longer than 50 ms (the
browser's own "long tasks"), the longest one, and whether the rows in view were right in the end. `cpu` slows the page
down so many times, as a weak device would be.

    python benchmarks/run_preview.py [--rows 100000] [--cpu 1]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.e2e.conftest import FLAGS
from tests.e2e.screens import sign_in
from tests.e2e.serving import Server

WATCH = """
window.tasks = [];
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({duration}) => duration)))
  .observe({type: 'longtask'});
"""
FLING = """async (steps) => {
  const table = document.querySelector('[data-testid=draft-rows]');
  const end = table.scrollHeight - table.clientHeight;
  for (let step = 0; step <= steps; step += 1) {
    table.scrollTop = (end * step) / steps;
    await new Promise(requestAnimationFrame);
  }
}"""
WHEELS, STEPS, KEYS = 200, 300, 60
SETTLED_S = 1.0


def measure(page: Page, name: str, last: int | None, rows: int) -> None:
    """Print what the page noted since the last time, and empty its notes."""
    time.sleep(SETTLED_S)
    tasks: list[float] = page.evaluate("window.tasks.splice(0)")
    row = page.get_by_test_id("draft-row").last
    found = int(row.get_attribute("data-row") or 0)
    line = {"bench": "run_preview", "what": name, "rows": rows, "long_tasks": len(tasks)}
    line |= {"longest_ms": round(max(tasks, default=0)), "over_100_ms": sum(task > 100 for task in tasks)}
    print(json.dumps({**line, "right": last is None or found == last}), flush=True)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--cpu", type=float, default=1)
    given = parser.parse_args()
    rows = [{"user": f"person-{number}", "amount": str(number % 90 + 1)} for number in range(1, given.rows)]
    body = {
        "rows": [*rows, {"name": "Nobody", "amount": "5"}],
        "asset": "CREDIT",
        "reason": "Bonus",
        "name": "Many",
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        draft = server.call("POST", "/v1/runs/drafts", body)["id"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        sign_in(context, server, "admin")
        page = context.new_page()
        page.add_init_script(WATCH)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": given.cpu})
        page.goto(f"{server.address}/runs/drafts/{draft}")
        page.get_by_test_id("draft-row").first.wait_for()
        measure(page, "load", None, given.rows)
        table = page.get_by_test_id("draft-rows")
        table.scroll_into_view_if_needed()
        table.hover()
        for _ in range(WHEELS):
            page.mouse.wheel(0, 240)
            page.evaluate("() => new Promise(requestAnimationFrame)")
        measure(page, "wheel", None, given.rows)
        page.evaluate(FLING, STEPS)
        measure(page, "end to end", given.rows, given.rows)
        table.focus()
        for _ in range(KEYS):
            page.keyboard.press("PageUp")
        page.keyboard.press("End")
        measure(page, "keys", given.rows, given.rows)
        page.get_by_label("Rows to show").select_option("new")
        page.get_by_test_id("draft-row").first.wait_for()
        page.evaluate(FLING, STEPS)
        measure(page, "new people, end to end", given.rows - 1, given.rows)
        chromium.close()


if __name__ == "__main__":
    main()
