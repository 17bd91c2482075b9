"""The program of requests, which every database has; the kinds come from the other programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec

from groat.api.operations import Operation
from groat.programs.program import Host, Program
from groat.programs.workflow import FILE, SYSTEM, WORKFLOW, Kind, Workflow, auditing
from groat.programs.workflow.codes import REQUEST_ERRORS, RULES
from groat.programs.workflow.operations import operations
from groat.programs.workflow.views import input_schema
from groat.programs.workflow.words import workflow_of
from groat.store.verify import Audit


@asynccontextmanager
async def _deciding(host: Host) -> AsyncIterator[Workflow]:
    """Take requests of the programs' kinds, and do what becomes due."""
    workflow = workflow_of(host.services.groat)
    workflow.start()
    try:
        yield workflow
    finally:
        await workflow.stop()


def _audits(programs: Sequence[Program]) -> Iterator[Audit]:
    kinds = {kind.name: kind for kind in _kinds_of(programs)}
    yield Audit(auditing.CHECK, auditing.PROMISE, partial(auditing.audit, kinds))


def _describe(programs: Sequence[Program]) -> Iterator[Operation]:
    for kind in _kinds_of(programs):
        yield from _operations_of(kind)


def _operations_of(kind: Kind[Any]) -> Iterator[Operation]:
    """Narrow the general operations of requests down to one kind."""
    general = {operation.id: operation for operation in operations}
    words = "".join(word.capitalize() for word in kind.name.split("_"))
    for t in kind.transitions.values():
        if t.by == (SYSTEM,):
            continue
        filing = t.name == FILE
        like = general["fileRequest" if filing else "takeTransition"]
        yield msgspec.structs.replace(
            like,
            id=f"{t.name}{words}",
            path=f"/v1/requests/{kind.name}" if filing else f"/v1/requests/{kind.name}/{{id}}/{t.name}",
            tag=kind.title.lower(),
            summary=f"{kind.title}: {t.title.lower()}",
            description=f"{kind.description} By: {', '.join(t.by)}.",
            body=input_schema(kind, t),
            example=kind.example if filing else t.example,
            codes=(*like.codes, *kind.refusals),
            answer_example=None,
        )


def _kinds_of(programs: Iterable[Program]) -> list[Kind[Any]]:
    return [kind for program in programs for kind in program.kinds]


PROGRAM = Program(
    "workflow",
    extension=WORKFLOW,
    operations=operations,
    errors={**RULES, **REQUEST_ERRORS},
    jobs=(_deciding,),
    audits=_audits,
    describe=_describe,
)
