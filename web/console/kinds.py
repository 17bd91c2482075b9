"""Print the kinds of requests of groat's own programs, as the server declares them, for the tests of the console.

The console has each text of these declarations in its languages (`src/programs/<program>/declared.ts`).
"""

import json
import sys
from importlib.metadata import entry_points

import msgspec

from groat.programs.program import GROUP, find_programs
from groat.programs.workflow.views import kind_view

own = sorted(e.name for e in entry_points(group=GROUP) if e.dist is not None and e.dist.name == "groat")
kinds = {
    program.name: [kind_view(kind) for kind in program.kinds]
    for program in find_programs(own)
    if program.kinds
}
sys.stdout.write(json.dumps(msgspec.to_builtins(kinds), indent=1, ensure_ascii=False) + "\n")
