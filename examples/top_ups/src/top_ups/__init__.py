"""Top-ups: a payment provider tells of each payment by a signed webhook, and the payer's balance goes up at once.

A program in its own package, which brings a command with a table, two operations, an event, a job, a metric,
settings, a command of the command line, words for apps, a way to the outside, a kind of requests, and a part of the
console; see docs/programs.md.
"""

from __future__ import annotations

from pathlib import Path

from groat.programs import ConsoleModule, Program
from groat.store.extension import Event, Extension, Tells
from top_ups.commands import payments
from top_ups.counting import counting, measure
from top_ups.operations import TOP_UP_ERRORS, operations
from top_ups.own_settings import TopUpSettings
from top_ups.payments import EVENT
from top_ups.receipts import CHANNEL
from top_ups.refunds import REFUND
from top_ups.words import TopUps, TopUpView

RECEIVED = Event(EVENT, TopUpView, socket_io="top-up", webhook="topup.received")

TOP_UPS = Program(
    "topups",
    kinds=(REFUND,),
    extension=Extension("topups", Path(__file__).parent, tells=Tells(events=(RECEIVED,))),
    operations=operations,
    errors=TOP_UP_ERRORS,
    jobs=(counting,),
    metrics=(measure,),
    settings=TopUpSettings,
    commands=(payments,),
    console=ConsoleModule("top_ups", "console", style="module.css"),
    facade=(TopUps,),
    channels=(CHANNEL,),
)
