"""The OpenAPI document is well-formed, and the server does what it says: schemathesis tries it with all its checks."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from groat import Groat
from groat.http.openapi import document
from groat.identity import Identities
from groat.settings import Settings
from tests.http.conftest import EVERYWHERE
from tests.http.described import lines_of, recorded
from tests.http.serving import SECRET, server_process

SEED = 7
BUDGET_S = 30
# What keeps to the schema may still break a rule that no schema can say (the digits of an asset, what exists).
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429"]
"""


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    described: dict[str, Any] = json.loads(document("0", EVERYWHERE))
    return described


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert names == names & set(described["components"]["schemas"])


def test_it_promises_all_that_it_promised_before(described: dict[str, Any]) -> None:
    before, now = recorded(), lines_of(described)
    assert sorted(before - now) == []
    # Nobody who called an operation before has to send more.
    operations = {line for line in before if " = " in line}
    heads = {line.split(" = ")[0] for line in operations}
    demanded = {line for line in now - before if line.endswith(" required")}
    # What a new field demands concerns only whoever sends it.
    fields = {line.rpartition(": ")[0] for line in before} | {
        line.removesuffix(" required") for line in before
    }
    new = {line.rpartition(": ")[0] for line in now} - fields
    demanded = {line for line in demanded if line.removesuffix(" required").rpartition(".")[0] not in new}
    assert {line for line in demanded if line.split(" > ")[0] in heads} == set()


def test_every_operation_says_all_it_may_answer(described: dict[str, Any]) -> None:
    found = {
        operation["operationId"]: operation
        for path in described["paths"].values()
        for operation in path.values()
    }
    assert set(found) == {operation.id for operation in EVERYWHERE.described()}
    for id, operation in found.items():
        assert operation["summary"], id
        assert operation["description"], id
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                if media_type == "application/problem+json":
                    for name, example in content["examples"].items():
                        assert (example["value"]["status"], EVERYWHERE.rule_of(name).status) == (
                            int(status),
                            int(status),
                        )


def test_every_example_keeps_to_its_schema(described: dict[str, Any]) -> None:
    count = 0
    for path in described["paths"].values():
        for operation in path.values():
            contents = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in contents:
                for part in content.get("content", {}).values():
                    examples = [part["example"]] if "example" in part else []
                    examples += [example["value"] for example in part.get("examples", {}).values()]
                    for example in examples:
                        schema = {**part["schema"], "components": described["components"]}
                        jsonschema.validate(example, schema, jsonschema.Draft202012Validator)
                        count += 1
    assert count > 300


@pytest.mark.timeout(300)
def test_the_server_does_what_the_document_says(tmp_path: Path) -> None:
    print(f"seed {SEED}")

    async def prepare() -> str:
        async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
            await groat.add_asset("CREDIT", 0)
            await groat.post([("house:bonus", "user:42", "100", "CREDIT")], key="start")
            identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
            token, _ = await identities.issue_token("root", ("admin",), 3600)
            identities.close()
            return token

    token = asyncio.run(prepare())
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    with server_process(tmp_path / "groat.db") as server:
        tried = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "run", f"{server.url}/v1/openapi.json",
                "--header", f"Authorization: Bearer {token}", "--checks", "all",
                # An independent bulk takes malformed items and answers 200 with verdicts; test_input tries bad input.
                "--exclude-checks", "negative_data_rejection",
                "--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--max-time", str(BUDGET_S),
                "--no-shrink", "--continue-on-failure", "--seed", str(SEED),
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=BUDGET_S * 3, check=False,
        )  # fmt: skip
        assert server.stop() == 0
    assert tried.returncode == 0, tried.stdout[-8000:] + tried.stderr[-2000:]

    async def verify() -> list[Any]:
        async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
            report = await groat.verify()
            return list(report.problems)

    assert asyncio.run(verify()) == []
