"""Corrections: the transitions that every kind inherits, and helpers for a transition of the kind's own."""

from __future__ import annotations

from typing import Any

from groat.ledger.accounts import owner_stream
from groat.ledger.errors import InvalidInput, Refusal
from groat.programs.notifications import Notice
from groat.programs.said import Said, say
from groat.programs.workflow.states import ADMIN, CORRECT, DROP, OTHERS_MAX, State, Transition
from groat.programs.workflow.steps import Correction, Decide, Pay, Reason, Request, Step


def give_back(request: Request[Any], correction: Correction) -> Step | Refusal:
    """Give back what the request moved, all that is left or a part of it, and leave it in its state.

    It goes from those who gained to those who lost, the latest movement first. Nobody ends with more or less than
    before the request.
    """
    nets: dict[str, dict[str, int]] = {}
    # A net begins with its account's latest movement, and so stands in the order in which it is given back.
    for move in request.moved:
        net = nets.setdefault(move.asset, {})
        net[move.destination] = net.get(move.destination, 0) + move.amount
        net[move.source] = net.get(move.source, 0) - move.amount
    lefts = {asset: sum(units for units in net.values() if units > 0) for asset, net in nets.items()}
    lefts = {asset: units for asset, units in lefts.items() if units}
    if not lefts:
        return Refusal("nothing_to_correct", "All that this request moved was given back before.")
    if correction.amount:
        wanted = correction_units(request, correction.amount, lefts)
        if isinstance(wanted, Refusal):
            return wanted
        lefts = wanted
    money = tuple(
        Pay(*sides, asset) for asset, units in lefts.items() for sides in _backwards(nets[asset], units)
    )
    notice = told_of(request, lefts, correction)
    streams = dict.fromkeys(owner_stream(effect.source) or "" for effect in money)
    others = tuple((stream, notice) for stream in streams if stream)[:OTHERS_MAX]
    return Step(request.state, money=money, notice=notice, others=others)


def told_of(request: Request[Any], lefts: dict[str, int], correction: Correction) -> Notice:
    """Write the text about a correction of so many smallest units (``lefts``, by asset) for a person concerned."""
    text = ", ".join(f"{request.text(units, asset)} {asset}" for asset, units in lefts.items())
    title = say("{kind} corrected", kind=request.kind.replace("_", " ").capitalize())
    return Notice("warning", title, Said(f"{text}. {correction.reason}"))


def correction_units(request: Request[Any], text: str, lefts: dict[str, int]) -> dict[str, int] | Refusal:
    """Read a correction's amount: smallest units by asset, of the one asset of which something is left (``lefts``)."""
    shown = ", ".join(f"{request.text(units, asset)} {asset}" for asset, units in lefts.items())
    if len(lefts) > 1:
        detail = f"The request moved several assets ({shown}). Correct all of it, without an amount."
        return Refusal("correction_wrong", detail, {"left": shown})
    ((asset, left),) = lefts.items()
    try:
        units = request.units(text, asset)
    except InvalidInput as error:
        return Refusal("correction_wrong", error.detail, {"amount": text, "left": request.text(left, asset)})
    if units > left:
        detail = f"{shown} are left of what the request moved."
        return Refusal("correction_wrong", detail, {"amount": text, "left": request.text(left, asset)})
    return {asset: units}


def _backwards(net: dict[str, int], units: int) -> list[tuple[str, str, int]]:
    """List payments (from, to, units) of ``units`` in all, from those who gained to those who lost."""
    gained = {account: most for account, most in net.items() if most > 0}
    lost = {account: -most for account, most in net.items() if most < 0}
    found: list[tuple[str, str, int]] = []
    while units:
        giver, taker = next(iter(gained)), next(iter(lost))
        part = min(units, gained[giver], lost[taker])
        found.append((giver, taker, part))
        units -= part
        for account, left in ((giver, gained), (taker, lost)):
            left[account] -= part
            if not left[account]:
                del left[account]
    return found


def inherited(
    states: tuple[State, ...], declared: Transition | None, uncorrectable: str
) -> tuple[Transition, ...]:
    """Make the inherited transitions, which start where a request has ended, or where the kind's ``correct`` does."""
    ended = tuple(s.name for s in states if not s.open) or tuple(s.name for s in states)
    sources = declared.sources if declared else ended

    def refuse(*_: Any) -> Refusal:
        """Say why nothing can be given back."""
        return Refusal("nothing_to_correct", uncorrectable)

    def stay(request: Request[Any], _: Reason) -> Step:
        """Leave the request as it is, without the proposal."""
        return Step(request.state)

    example = {"amount": "1.00", "reason": "Sent twice"}
    step: Decide = refuse if uncorrectable else give_back
    return (
        Transition(CORRECT, "Correct", ended, ended, (ADMIN,), step, Correction, example, confirms=True),
        Transition(
            DROP, "Drop the correction", sources, sources, (ADMIN,), stay, Reason, {"reason": "A mistake"}
        ),
    )
