"""Print the operations of the server's OpenAPI document, by the code that serves it, for operations.mjs.

They are those of every server, and those of the programs that come with groat. Those whose bodies a payment gateway
signs are left out: nobody calls them by a client.
"""

import json
import sys
from typing import Any

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.openapi import document
from groat.programs.program import find_programs
from groat.programs.standing import STANDING


def served(*programs: str) -> dict[str, Any]:
    """The document's operations by id, without their examples; and the status of each code."""
    paths = json.loads(document("", Catalogue(CORE, (*STANDING, *find_programs(programs)))))["paths"]
    operations: dict[str, Any] = {}
    problems: dict[str, int] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            if any(
                "signature_invalid" in content.get("examples", ())
                for response in operation["responses"].values()
                for content in response.get("content", {}).values()
            ):
                continue
            bodies = operation.get("requestBody", {}).get("content", {})
            responses: dict[str, Any] = {}
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status.startswith("2"):
                    responses[status] = {"content": without_examples(content)}
                for answer in content.values():
                    problems |= {code: int(status) for code in answer.get("examples", ())}
            operations[operation["operationId"]] = {
                "method": method,
                "path": path,
                "summary": operation["summary"],
                "description": operation["description"],
                "parameters": operation.get("parameters", []),
                "requestBody": {"content": without_examples(bodies)},
                "responses": responses,
            }
    return {"operations": operations, "problems": dict(sorted(problems.items()))}


def without_examples(content: dict[str, Any]) -> dict[str, Any]:
    """The schema of each form."""
    return {form: {"schema": each["schema"]} for form, each in content.items()}


every = served()
found = {"Groat": every["operations"]}
PROGRAMS = ("bank", "credits", "placements")
for program in PROGRAMS:
    own = served(program)["operations"].items()
    found[program.capitalize()] = {name: each for name, each in own if name not in every["operations"]}
found["problems"] = served(*PROGRAMS)["problems"]
sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
