"""Check files of 100,000 people and amounts in the sandbox, as the server does: time, memory, rows a second.

One trial for each kind of file (CSV, TSV, XLSX, ODS; an XLS holds 65,536 rows at most), and for an XLSX whose amounts
have a format of money, so that the second look counts. Each line is the median of so many rounds: seconds from the
file's bytes to its last row in the server's process, the child's processor time and memory, and this process's memory
at its most. The baseline in the same run is the same rows read by Python's csv module and nothing else checked.

    python benchmarks/sheets.py [--rows 100000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import os
import resource
import statistics
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from groat.ledger.amounts import Asset
from groat.sandbox.pool import Pool
from groat.sheets.answer import READ, read_in_sandbox
from groat.sheets.order import SheetOrder

USD = Asset("USD", 2)
HEADER = ("Candidate ID", "Name", "Email", "Credits", "Reason", "Department")
Row = tuple[str, str, str, str, str, str]


def people(count: int) -> Iterator[Row]:
    """Yield so many rows of a usual width."""
    for n in range(1, count + 1):
        amount = f"{n % 900 + 1}.{n % 100:02}"
        yield (
            f"C{n:06}",
            f"Ursula Kofi-{n}",
            f"ursula.{n}@example.com",
            amount,
            f"Bonus {n % 12 + 1}/2026",
            "North",
        )


def text(count: int, delimiter: str) -> bytes:
    """Return a text file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADER)
    writer.writerows(people(count))
    return out.getvalue().encode()


def xlsx(count: int, form: str | None) -> bytes:
    """Return a workbook whose amounts are numbers, with this format."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        style = book.add_format({"num_format": form}) if form else None
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for y, row in enumerate(people(count), start=1):
            for x, cell in enumerate(row):
                if x == 3:
                    sheet.write_number(y, x, float(cell), style)
                else:
                    sheet.write_string(y, x, cell)
    return out.getvalue()


def ods(count: int) -> bytes:
    """Return an OpenDocument spreadsheet."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    word = '<table:table-cell office:value-type="string"><text:p>{0}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="m"/>')
        with archive.open("content.xml", "w") as content:
            content.write(f'<office:document-content {spaces}><office:body><office:spreadsheet>'
                          '<table:table table:name="Sheet1">'.encode())  # fmt: skip
            for row in (HEADER, *people(count)):
                cells = (
                    number.format(cell) if x == 3 and row is not HEADER else word.format(cell)
                    for x, cell in enumerate(row)
                )
                content.write(f"<table:table-row>{''.join(cells)}</table:table-row>".encode())
            content.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")
    return out.getvalue()


FILES: dict[str, Callable[[int], bytes]] = {
    "csv": lambda count: text(count, ","),
    "tsv": lambda count: text(count, "\t"),
    "xlsx": lambda count: xlsx(count, None),
    "xlsx, amounts as money": lambda count: xlsx(count, '"$"#,##0.00'),
    "ods": ods,
}


def resident(pid: int) -> int:
    """Return the memory of a process at its most, in bytes; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def below(pid: int) -> list[int]:
    """Return the processes that a process started, and theirs."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        own = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return own + [each for child in own for each in below(child)]


def processor_s(pid: int) -> float:
    """Return the processor time of a process, in seconds; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Weight:
    """The memory (bytes) and the processor time (seconds) of the child that works, at their most."""

    def __init__(self) -> None:
        self.memory = 0
        self.cpu = 0.0
        self._before = set(below(os.getpid()))

    async def weigh(self) -> None:
        """Look every 10 ms, until cancelled."""
        while True:
            for pid in set(below(os.getpid())) - self._before:
                self.memory = max(self.memory, resident(pid))
                self.cpu = max(self.cpu, processor_s(pid))
            await asyncio.sleep(0.01)


async def check(pool: Pool, data: bytes) -> tuple[float, int, Weight]:
    """Check a file once: seconds, rows without an error, and the child's weight."""
    weight = Weight()
    weighing = asyncio.create_task(weight.weigh())
    started = time.perf_counter()
    good = 0
    async with read_in_sandbox(pool, "user:ada", SheetOrder(USD, ""), data) as answer:
        async for batch in answer.batches():
            good += sum(row.error is None for row in batch)
    taken = time.perf_counter() - started
    weighing.cancel()
    return taken, good, weight


async def trials(options: argparse.Namespace) -> None:
    """Run and print the trials."""
    pool = Pool((READ.module,))
    # The first piece of work starts the foreman.
    await check(pool, FILES["csv"](1))
    plain = FILES["csv"](options.rows)
    started = time.perf_counter()
    sum(1 for _ in csv.reader(io.StringIO(plain.decode(), newline="")))
    baseline = time.perf_counter() - started
    try:
        for name, make in FILES.items():
            data = make(options.rows)
            rounds = [await check(pool, data) for _ in range(options.rounds)]
            seconds = statistics.median(taken for taken, _, _ in rounds)
            assert all(good == options.rows for _, good, _ in rounds), "a good row was refused"
            figures = {
                "benchmark": "sheets",
                "trial": name,
                "baseline": "csv.reader alone",
                "rows": options.rows,
                "file_mb": round(len(data) / 1e6, 1),
                "seconds": round(seconds, 2),
                "baseline_s": round(baseline, 2),
                "rows_per_s": round(options.rows / seconds),
                "child_cpu_s": round(statistics.median(weight.cpu for _, _, weight in rounds), 2),
                "child_memory_mb": round(max(weight.memory for _, _, weight in rounds) / 1e6),
                "server_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
                "load": round(os.getloadavg()[0], 1),
            }
            print(json.dumps(figures), flush=True)
    finally:
        await pool.close()


def main() -> None:
    """Run the trials."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(trials(parser.parse_args()))


if __name__ == "__main__":
    main()
