"""Print the schemas of the server's OpenAPI document, from the code that serves it: what wire.mjs makes types from.

A server with more programs has more operations, and schemas of theirs. These are what every server has, and those of
the programs of credits and of placements, which the packages and the console show.
"""

import json
import sys

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.openapi import document
from groat.programs.credits import CREDITS
from groat.programs.placements import PLACEMENTS
from groat.programs.standing import STANDING

served = json.loads(document("", Catalogue(CORE, (*STANDING, CREDITS, PLACEMENTS))))
schemas = dict(sorted(served["components"]["schemas"].items()))
sys.stdout.write(json.dumps(schemas, indent=2, ensure_ascii=False) + "\n")
