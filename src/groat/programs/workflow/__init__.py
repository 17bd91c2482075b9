"""Requests that people file and staff decide. A program declares its kinds; everything else comes from here."""

from pathlib import Path

from groat.programs.notifications import Notice
from groat.programs.workflow.correcting import correction_units, give_back
from groat.programs.workflow.kinds import Kind, People
from groat.programs.workflow.reading import contribute
from groat.programs.workflow.recording import SUMMARY
from groat.programs.workflow.states import ADMIN, FILE, OWNER, SERVICE, SYSTEM, State, Transition
from groat.programs.workflow.steps import (
    Approval,
    Books,
    Correction,
    Draw,
    File,
    Granted,
    Named,
    Nothing,
    Parent,
    Pay,
    Reason,
    Request,
    Reserve,
    Rows,
    Settle,
    Step,
    TakeBack,
    Unreserve,
    Write,
)
from groat.programs.workflow.views import (
    RequestNews,
    RequestPacket,
    RequestsSnapshot,
    RequestTold,
    RequestView,
    request_packets,
)
from groat.programs.workflow.words import Requests
from groat.programs.workflow.worker import Work, Worker, forget_leases, repeat
from groat.programs.workflow.workflow import Workflow
from groat.store.extension import Event, Extension, Packets, Tells

WORKFLOW = Extension(
    "workflow",
    Path(__file__).parent,
    contribute,
    (
        ("verify_requests", "a request is what its steps made of it"),
        (
            "verify_request_holds",
            "each open hold of a request is named by it, and by no request that has ended",
        ),
        ("verify_request_causes", "what a request did names it, and what names one was done by it"),
    ),
    (forget_leases,),
    causes="find_request_causes",
    tells=Tells(
        RequestsSnapshot,
        events=(Event(SUMMARY, RequestNews),),
        of_kinds=RequestView,
        packets_of_kinds=Packets(RequestTold, RequestPacket, request_packets, listed="requests"),
    ),
)
"""The tables and statements of requests, and what they add to a person's snapshot."""

__all__ = [
    "ADMIN",
    "FILE",
    "OWNER",
    "SERVICE",
    "SYSTEM",
    "WORKFLOW",
    "Approval",
    "Books",
    "Correction",
    "Draw",
    "File",
    "Granted",
    "Kind",
    "Named",
    "Nothing",
    "Notice",
    "Parent",
    "Pay",
    "People",
    "Reason",
    "Request",
    "Requests",
    "Reserve",
    "Rows",
    "Settle",
    "State",
    "Step",
    "TakeBack",
    "Transition",
    "Unreserve",
    "Work",
    "Worker",
    "Workflow",
    "Write",
    "correction_units",
    "give_back",
    "repeat",
]
