"""Print the operations of the server's OpenAPI document, by the code that serves it, for operations.mjs.

A server with more programs has more operations; these are what every server has.
"""

import json
import sys

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.openapi import document
from groat.programs.standing import STANDING

served = json.loads(document("", Catalogue(CORE, STANDING)))
operations = {}
problems = {}
for path, methods in served["paths"].items():
    for method, operation in methods.items():
        bodies = operation.get("requestBody", {}).get("content", {})
        answers = {}
        for status, response in operation["responses"].items():
            for form, content in response.get("content", {}).items():
                if status.startswith("2"):
                    answers[form] = content["schema"]
                else:
                    problems |= {code: int(status) for code in content["examples"]}
        operations[operation["operationId"]] = {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "description": operation["description"],
            "parameters": operation.get("parameters", []),
            "body": {form: content["schema"] for form, content in bodies.items()},
            "answer": answers,
        }
found = {"operations": operations, "problems": dict(sorted(problems.items()))}
sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
