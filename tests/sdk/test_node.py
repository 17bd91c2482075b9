"""The npm package for Node servers as an app gets it: installed from its tarball, beside a real server."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client.test_own_programs import ODD
from tests.e2e.serving import Server
from tests.sdk.app import WEB, npm, package
from tests.sdk.app import environment as settings
from tests.sdk.cutting import CUTS, cutting

HERE = Path(__file__).parent
NAMES = "Groat, GroatError, isProblem, signToken"
KINDS = {
    "cjs": f'const {{ {NAMES} }} = require("@groat/server");',
    "mjs": f'import {{ {NAMES} }} from "@groat/server";',
}
"""The two kinds of scripts begin differently; all else of them is the same."""
SCRIPT = """
const user = process.argv[2];
const say = (what) => console.log(JSON.stringify(what));
const { GROAT_URL, GROAT_API_KEY, GROAT_JWT_SECRET, PROXY = GROAT_URL, WRITES } = process.env;
"""
WRITES = 60
CUT_WRITES = 12
"""Each takes three attempts."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project into which npm has installed the tarball, without a network."""
    place = tmp_path_factory.mktemp("node")
    built = package(tmp_path_factory.mktemp("package"))
    tarball = npm(built, "pack", "--silent", "--pack-destination", str(place)).strip()
    (place / "package.json").write_text('{"name": "app", "private": true}')
    npm(place, "install", "--offline", "--no-audit", "--no-fund", f"./{tarball}")
    return place


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    programs = {"GROAT_PROGRAMS": "bank,expenses"}
    with Server(tmp_path_factory.mktemp("server"), passwords={}, environment=programs) as server:
        yield server


@pytest.fixture(scope="module")
def environment(server: Server) -> dict[str, str]:
    return settings(server)


Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(app: Path, environment: dict[str, str]) -> Iterator[Run]:
    """Starts a script of this folder in both kinds, each for a user of its own."""
    running: list[subprocess.Popen[str]] = []

    def start(name: str, kind: str, user: str, **more: str) -> subprocess.Popen[str]:
        body = SCRIPT + (HERE / f"{name}.js").read_text("utf-8")
        if kind == "cjs":
            body = f"(async () => {{ {body} }})();"
        script = app / f"{name}.{kind}"
        script.write_text(f"{KINDS[kind]}\n{body}")
        process = subprocess.Popen(
            ["node", script, user],
            env=environment | more,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def told(process: subprocess.Popen[str], count: int | None = None) -> list[dict[str, Any]]:
    """Read the lines of a script, up to so many, or to its end."""
    assert process.stdout is not None
    lines: list[dict[str, Any]] = []
    while count is None or len(lines) < count:
        line = process.stdout.readline()
        if not line:
            break
        lines.append(json.loads(line))
    if count is None:
        assert process.wait() == 0
    return lines


def assert_once(environment: dict[str, str], user: str, writes: int) -> None:
    """Each of the writes is in the history, and none of them twice."""
    headers = {"Authorization": f"Bearer {environment['GROAT_API_KEY']}"}
    address = f"{environment['GROAT_URL']}/v1/accounts/user:{user}/entries?asset=CREDIT&limit=500"
    found = httpx.get(address, headers=headers).raise_for_status().json()["items"]
    assert sorted(entry["reason"] for entry in found) == sorted(f"No. {index}" for index in range(writes))
    assert found[0]["balance"] == str(5 * writes)


def test_each_write_happens_once_when_the_server_is_killed_among_them(
    run: Run, server: Server, environment: dict[str, str]
) -> None:
    scripts = {kind: run("writes", kind, f"killed-{kind}", WRITES=str(WRITES)) for kind in KINDS}
    heard = {kind: told(process, 20) for kind, process in scripts.items()}
    server.kill()
    server.start()
    for kind, process in scripts.items():
        heard[kind] += told(process)
        assert sorted(line["index"] for line in heard[kind]) == list(range(WRITES))
        assert_once(environment, f"killed-{kind}", WRITES)


def test_each_write_happens_once_when_its_answers_are_cut_off(run: Run, environment: dict[str, str]) -> None:
    with cutting(environment["GROAT_URL"]) as proxy:
        scripts = {
            kind: run("writes", kind, f"cut-{kind}", WRITES=str(CUT_WRITES), PROXY=proxy.address)
            for kind in KINDS
        }
        for kind, process in scripts.items():
            assert [line["replayed"] for line in told(process)] == [True] * CUT_WRITES
            assert_once(environment, f"cut-{kind}", CUT_WRITES)
        assert set(proxy.asked.values()) == {CUTS + 1}
        assert len(proxy.asked) == CUT_WRITES * len(KINDS)


REFUSED = [
    ("Problem", "insufficient_funds", 422, False),
    ("Problem", "insufficient_funds", 422, True),
    ("Problem", "key_reused", 409, False),
    ("Problem", "too_many_digits", 400, False),
    ("Problem", "invalid_body", 400, False),
    ("Problem", "transaction_not_found", 404, False),
    ("Problem", "forbidden", 403, False),
    ("Problem", "api_key_invalid", 401, False),
    ("Unreachable", "unreachable", None, None),
]


@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_loops_and_problems_are_typed(run: Run, kind: str) -> None:
    user = f"reads-{kind}"
    told(run("writes", kind, user, WRITES="20"))
    lists, *problems, released, person = told(run("reads", kind, user))
    assert lists == {"versions": list(range(20, 0, -1)), "sizes": [7, 7, 6], "first": 7, "more": True}
    assert [(p["name"], p["code"], p.get("status"), p.get("replayed")) for p in problems] == REFUSED
    assert [p["account"] for p in problems[:2]] == [f"user:{user}"] * 2
    assert all(p["known"] for p in problems)
    assert [p["typed"] for p in problems] == [True] * 8 + [False]
    assert released == {"kind": "release"}
    assert person == {"user": user, "roles": []}


def test_both_kinds_share_their_classes(app: Path) -> None:
    script = (
        'import { createRequire } from "node:module"; import * as own from "@groat/server";'
        'const other = createRequire(import.meta.url)("@groat/server");'
        "console.log(Object.keys(other).every((name) => own[name] === other[name]), Object.keys(other).length);"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=app, capture_output=True, text=True, check=True
    )
    assert done.stdout == "true 16\n"


TYPED = """
import { Groat, type TransactionView, isProblem, signToken } from "@groat/server";
const groat = new Groat({ url: "http://127.0.0.1:8000", apiKey: "groat_..." });
const posting = { source: "house:bonus", destination: "user:42", amount: "5", asset: "CREDIT" };
export const done: Promise<TransactionView> = groat.postTransaction({ postings: [posting] }, { key: "k" });
export const token: string = signToken(42, { secret: "s".repeat(32), expiresIn: 60 });
export async function all(): Promise<string[]> {
  const found: string[] = [];
  for await (const { account } of groat.listAccounts({ prefix: "user:" })) found.push(account);
  return found;
}
export const isEmpty = (error: unknown): boolean =>
  isProblem(error, "insufficient_funds") && error.code === "insufficient_funds";
// @ts-expect-error: amounts are texts.
groat.postTransaction({ postings: [{ ...posting, amount: 5 }] });
"""


def compile_typescript(app: Path, *names: str) -> None:
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"]
    done = subprocess.run(
        ["node", str(WEB / "node_modules/typescript/bin/tsc"), *options,
         "--typeRoots", str(WEB / "node_modules/@types"), *names],
        cwd=app, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_their_types_are_found(app: Path) -> None:
    names = ("typed.mts", "typed.cts")
    for name in names:
        (app / name).write_text(TYPED)
    compile_typescript(app, *names)


PROGRAMS = """
import { signToken } from "@groat/server";
import { Shop } from "./shop.mjs";

const { GROAT_URL, GROAT_JWT_SECRET } = process.env as Record<string, string>;
const as = (user: string, roles: string[] = []) =>
  new Shop({ url: GROAT_URL!, apiKey: signToken(user, { secret: GROAT_JWT_SECRET!, expiresIn: 60, roles }) });

const claim = { amount: "20", asset: "CREDIT", purpose: "Paper" };
const { id } = await as("ann").fileExpense(claim, { key: "claim" });
const boss = as("boss", ["admin"]);
const paid = await boss.payExpense(id);
await boss.addUser({ user: "ben" });
const sent = await as("ann").fileTransfer({ amount: "5", asset: "CREDIT", user: "ben" }, { key: "transfer" });
const kinds: string[] = [];
for await (const request of as("ann").listRequests({ limit: 1 })) kinds.push(request.kind);
console.log(paid.state, sent.kind, kinds.join());
// @ts-expect-error: the purpose is required.
() => as("ann").fileExpense({ amount: "20", asset: "CREDIT" });
"""


def test_operations_of_programs_are_typed_too(app: Path, environment: dict[str, str]) -> None:
    made = subprocess.run(
        ["npx", "--offline", "groat-operations", environment["GROAT_URL"], "Shop"],
        cwd=app, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (app / "shop.mts").write_text(made.stdout)
    compiled = app / "programs.mts"
    compiled.write_text(PROGRAMS)
    compile_typescript(app, "programs.mts")
    program = compiled.with_suffix(".mjs").read_text()
    assert printed(app, environment, "programs.mjs", program) == "paid transfer transfer,expense\n"


def test_a_kind_of_another_program_may_have_the_name_of_one_of_the_banks(app: Path) -> None:
    (app / "odd.json").write_text(json.dumps(ODD))
    made = npm(app, "exec", "--offline", "--", "groat-operations", "odd.json", "Shop")
    assert "fileTransfer(body: FileTransferInput, options: CallOptions = {}): Promise<Ticket>" in made
    assert "class Shop extends Groat" in made


def test_the_package_says_what_it_is_and_needs_nothing(app: Path) -> None:
    folder = app / "node_modules" / "@groat" / "server"
    said = json.loads((folder / "package.json").read_text("utf-8"))
    assert said["license"] == "Apache-2.0"
    assert (folder / "LICENSE").read_text("utf-8") == (WEB.parent / "LICENSE").read_text("utf-8")
    assert not {"dependencies", "peerDependencies"} & said.keys()
    assert {path.name for path in (app / "node_modules").iterdir()} == {
        "@groat",
        ".bin",
        ".package-lock.json",
    }
    assert {path.name for path in folder.iterdir()} == {
        "LICENSE",
        "README.md",
        "dist",
        "generate",
        "package.json",
    }


def examples(page: Path) -> list[str]:
    return re.findall(r"^```js\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def printed(app: Path, environment: dict[str, str], name: str, text: str) -> str:
    """Return the output of a script."""
    (app / name).write_text(text)
    done = subprocess.run(
        ["node", name], cwd=app, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_the_readme(app: Path, environment: dict[str, str]) -> None:
    module, script = examples(WEB / "server" / "README.md")
    refused = "The available amount of an account would fall below its floor. user:42"
    assert printed(app, environment, "readme.mjs", module) == f"50\n{refused}\n50 Welcome bonus\n"
    assert printed(app, environment, "readme.cjs", script) == "50\n"


PAGE = """\
post 50
true true
Blue light is scattered more. 4 6
refused: user:7
-4 26
0 30
-5 30
-15 35
0 50
50 50
2 true
7
401 200 7
401 7
"""
ROUTES = """
const whose = (text) => JSON.parse(atob(text.split(".")[1])).sub;
globalThis.auth = async () => null;
const stranger = await GET();
globalThis.auth = async () => ({ user: { id: "7" } });
const known = await GET();
console.log(stranger.status, known.status, whose(await known.text()));

let handler;
await groatToken({ get: (_, given) => (handler = given) });
const reply = { code: (status) => ({ send: () => status }) };
console.log(await handler({ session: {} }, reply), whose(await handler({ session: { user: "7" } }, reply)));
"""
"""Calls the routes for other frameworks as these do."""


def test_the_examples_of_the_page_are_one_program(app: Path, environment: dict[str, str]) -> None:
    program = "".join(examples(WEB.parent / "docs" / "node-server.md"))
    assert printed(app, environment, "page.mjs", program + ROUTES) == PAGE


def test_the_example_of_metered_work_pays_for_tokens(app: Path, environment: dict[str, str]) -> None:
    script = app / "metered_llm.mjs"
    script.write_text((WEB.parent / "examples" / "metered_llm.mjs").read_text("utf-8"))
    ran = subprocess.run(
        ["node", script, "metered"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stderr, ran.stdout.splitlines()) == (
        "",
        [
            "5 tokens: 10 of the hold, 10 freed, 0 unpaid",
            "12 tokens: 20 of the hold, 0 freed, 0 unpaid",
            "the reader went away",
        ],
    )
