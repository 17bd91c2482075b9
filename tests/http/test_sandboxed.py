"""Files and statements through a server of its own: hostile ones, callers who leave, and what stays behind."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import jwt
import pytest

from groat.sandbox.pool import PER_PERSON_MAX
from tests.http.serving import SECRET, Process, server_process
from tests.sheets.test_formats import number, ods, row, table

SHEETS = Path(__file__).parents[1] / "data" / "sheets"
PREVIEW = "/v1/sheets/preview"
STATEMENT = "/v1/accounts/user:42/statement?asset=USD&from=2020-01-01T00:00:00Z&format=pdf"


def token(user: str, *roles: str) -> dict[str, str]:
    claims = {"sub": user, "roles": list(roles), "exp": int(time.time()) + 86_400}
    return {"Authorization": f"Bearer {jwt.encode(claims, SECRET, algorithm='HS256')}"}


ADMIN = token("ada", "admin")


def packed(**members: str) -> bytes:
    """An XLSX of these sheets (``sheet1`` ...), given as the XML between its ``sheetData`` tags."""
    names = list(members)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{kinds}/worksheet" Target="worksheets/{name}.xml"/>'
        for n, name in enumerate(names, start=1)
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{kinds}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
    }
    for name, rows in members.items():
        files[f"xl/worksheets/{name}.xml"] = f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def texts(*cells: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)


HEADER = f"<row>{texts('user', 'amount')}</row>"
HOSTILE: dict[str, Callable[[], bytes]] = {
    **{
        name: (SHEETS / f"{name}.xlsx").read_bytes
        for name in ("declared-count", "far-corner", "far-corner-other-folder", "one-string-many-cells")
    },
    "a million rows without r": lambda: packed(s=HEADER + "<row><c><v>1</v></c><c><v>1</v></c></row>" * 999_999),
    "references with zeros": lambda: packed(s=HEADER + '<row r="3"><c r="A0000000001048576"><v>1</v></c></row>'
        '<row r="4"><c r="XFD00001048576"><v>1</v></c></row>'),
    "thirty sheets": lambda: packed(**{f"s{n}": "<row><c><v>1</v></c></row>" * 200_000 for n in range(30)}),
    "empty cells": lambda: b"user,amount" + b"," * 198 + b"\n" + (b"," * 199 + b"\n") * 39_000,
    "an ODS that repeats": lambda: ods(
        table("s", row("user", "amount"), row(number(1), number(1, more='table:number-columns-repeated="16000"'),
              more='table:number-rows-repeated="1000000"'))),
    "an XLS of circles": lambda: (SHEETS / "people.xls").read_bytes()[:512] + b"\1\0\0\0" * 100_000,
    "a quote without end": lambda: b'user,amount\n0,"' + b"x,y\n" * 1_900_000,
    "entities": lambda: packed(s='<!DOCTYPE x [<!ENTITY a "aaaa">]>' + HEADER),
    "quotes": lambda: b"user,amount\n" + b'"a""b",' * 1_000_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with server_process(tmp_path_factory.mktemp("server") / "groat.db") as process:
        asset = {"code": "USD", "scale": 2}
        assert httpx.post(f"{process.url}/v1/assets", json=asset, headers=ADMIN).is_success
        give = {"source": "house:bank", "destination": "user:42", "amount": "1.00", "asset": "USD"}
        items = [{"postings": [give], "reason": f"Salary {number}"} for number in range(3_000)]
        answer = httpx.post(
            f"{process.url}/v1/transactions/bulk",
            json={"mode": "atomic", "items": items},
            headers={**ADMIN, "Idempotency-Key": "k"},
            timeout=60,
        )
        assert answer.is_success, answer.text
        yield process


@pytest.fixture
async def client(server: Process) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        yield client


async def preview(client: httpx.AsyncClient, data: bytes, who: dict[str, str] = ADMIN) -> httpx.Response:
    return await client.post(PREVIEW, files={"file": ("f", data)}, data={"asset": "USD"}, headers=who)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_or_read_and_nobody_else_notices(
    client: httpx.AsyncClient, server: Process, name: str
) -> None:
    data = HOSTILE[name]()
    assert len(data) < 8 << 20
    answer, neighbour, health = await asyncio.gather(
        preview(client, data),
        preview(client, b"user,amount\n42,5\n", token("sam", "support")),
        client.get("/health/live"),
    )
    assert 200 <= answer.status_code < 500, answer.text
    if answer.status_code == 200:
        assert answer.json()["summary"]["good"] == 0
    else:
        assert answer.json()["code"].startswith("sheet_")
    assert neighbour.json()["summary"]["good"] == 1
    assert health.status_code == 200
    assert server.process.poll() is None


def test_the_server_stays_small(server: Process) -> None:
    """A child may use 384 MiB; the server itself holds only the bytes of the files."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert most < 400 * 1024, f"{most} KiB"


def descendants(pid: int) -> list[int]:
    found = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [*found, *(below for child in found for below in descendants(child))]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@asynccontextmanager
async def abandoned(url: str, count: int) -> AsyncIterator[None]:
    """So many statements asked for on connections of their own, which are closed without an answer."""
    where = urlsplit(url)
    writers = []
    for _ in range(count):
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        head = f"GET {STATEMENT} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        writer.write(f"{head}Authorization: {token('42')['Authorization']}\r\n\r\n".encode())
        writers.append(writer)
    await asyncio.gather(*(writer.drain() for writer in writers))
    yield
    for writer in writers:
        writer.close()


async def test_statements_that_nobody_waits_for_are_given_up(
    client: httpx.AsyncClient, server: Process
) -> None:
    async with abandoned(server.url, 100):
        others = [
            client.get(STATEMENT.replace("pdf", "csv"), headers=token(f"staff{n}", "support"))
            for n in range(3)
        ]
        answers = await asyncio.gather(*others)
    assert [answer.status_code for answer in answers] == [200] * 3
    # The same person's next one is worked on as soon as theirs were dropped.
    deadline = asyncio.get_running_loop().time() + 30
    while (answer := await client.get(STATEMENT, headers=token("42"))).status_code == 429:
        assert asyncio.get_running_loop().time() < deadline
        assert answer.json()["code"] == "too_many_files"
        await asyncio.sleep(int(answer.headers["retry-after"]) / 10)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")


async def test_one_person_asks_for_more_than_they_may_have(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.get(STATEMENT, headers=token("42")) for _ in range(PER_PERSON_MAX + 4))
    )
    seen = [answer.status_code for answer in answers]
    assert set(seen) == {200, 429}
    assert seen.count(200) >= PER_PERSON_MAX


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
async def test_no_child_outlives_its_server(tmp_path: Path, number: signal.Signals) -> None:
    with server_process(tmp_path / "groat.db") as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
            asset = {"code": "USD", "scale": 2}
            assert (await client.post("/v1/assets", json=asset, headers=ADMIN)).is_success
            busy = asyncio.create_task(preview(client, HOSTILE["a million rows without r"]()))
            # The foreman and the child that reads.
            while len(left := descendants(process.process.pid)) < 2:
                assert not busy.done(), busy.result().text
                await asyncio.sleep(0.005)
            os.kill(process.process.pid, number)
            await asyncio.gather(busy, return_exceptions=True)
            await asyncio.to_thread(process.process.wait, 40)
            while any(map(alive, left)):  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.01)
