"""The bodies of calls about placements."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from groat.api.bodies import AmountOrNone, AssetCode, Body, Name, Reason

Title = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200})]
Note = Annotated[str, Meta(extra_json_schema={"maxLength": 1000})]
Email = Annotated[str, Meta(extra_json_schema={"maxLength": 254, "examples": ["ursula@example.com"]})]
PersonName = Annotated[str, Meta(extra_json_schema={"maxLength": 200, "examples": ["Ursula Lang"]})]


class PlacementInput(Body, kw_only=True):
    """A placement to make. Without an ``id`` it gets one; without an ``asset`` its credits are those of the setting."""

    title: Title
    note: Note = ""
    id: Name | None = None
    asset: AssetCode | None = None
    reason: Reason = ""


class PlacementChange(Body):
    """The changes of a placement: what is not given stays. ``version`` is the one that was read.

    With ``archived`` it goes into the archive, where nothing changes any more, or out of it.
    """

    title: Title | None = None
    note: Note | None = None
    archived: bool | None = None
    version: Annotated[int, Meta(ge=1)] | None = None
    reason: Reason = ""


class CandidateInput(Body):
    """Facts about a candidate: what is empty stays as it was."""

    email: Email = ""
    name: PersonName = ""
    origin: Literal["regular", "legacy"] = "regular"
    reason: Reason = ""


class PlaceInput(Body):
    """Facts about a candidate who is placed without a file: what is empty stays as it was."""

    email: Email = ""
    name: PersonName = ""
    reason: Reason = ""


LeaveOut = Annotated[
    bool,
    Meta(
        description="Leave out rows that cannot be posted and people who are ambiguous, instead of refusing all."
    ),
]
DryRun = Annotated[bool, Meta(description="Only say who would get what: nothing is posted or filed.")]


class AttachInput(Body):
    """The draft of a file that was uploaded with POST /v1/runs/drafts."""

    draft: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]


class CreditsInput(Body, kw_only=True):
    """The credits that each candidate gets, or with the mode ``set`` has afterwards."""

    credits: AmountOrNone
    mode: Literal["add", "set"] = "add"
    reason: Reason = ""
    leave_out: LeaveOut = False
    dry_run: DryRun = False


class ProcessInput(Body):
    """Options of the processing of a file, whose rows name who gets what."""

    reason: Reason = ""
    leave_out: LeaveOut = False
    dry_run: DryRun = False
