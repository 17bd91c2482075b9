"""Mail for those who want it: put into the outbox by the commit, sent at least once, by one node at a time."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from groat import Groat
from groat.engine import groat as engine
from groat.engine.ids import new_id
from groat.identity import flows as identity
from groat.programs.notifications import letters
from groat.programs.notifications.commands import SetChannels
from groat.programs.notifications.mail import Mailer, Relay, relay_of
from groat.programs.notifications.notices import MAIL as CHANNEL
from groat.programs.outbox import Channel, EntryOutcome, flows
from groat.programs.outbox.sender import Outbox, Sender
from groat.settings import Settings, SettingsError
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.smtp import SmtpServer, smtp_server
from tests.live.waiting import until

SENDER = "Bank <bank@bank.example>"
MAIL, TOAST = ("email",), ("toast",)


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with smtp_server() as server:
        yield server


def mailer(groat: Groat, smtp: SmtpServer) -> Sender:
    relay = Mailer(groat, Relay("127.0.0.1", smtp.port, "", "", ""), SENDER)
    return Sender(groat, Channel(CHANNEL, relay.deliver), poll_s=0.02)


async def is_due(groat: Groat) -> bool:
    return await groat.read(flows.any_due, CHANNEL)


async def send_all(groat: Groat, smtp: SmtpServer) -> None:
    """Send until nothing is due."""
    sender = mailer(groat, smtp)
    while await sender.send_due():
        pass


async def wants(groat: Groat, user: str, **channels: tuple[str, ...]) -> None:
    """A person with an address from their app, and what they want of which category."""
    chosen = {"*" if name == "others" else name: wanted for name, wanted in channels.items()}
    email = f"{user}@people.example"
    command = SetChannels(
        principal="service:shop", key=new_id(), reader=f"user:{user}", channels=chosen, email=email
    )
    await groat.execute(command)


async def account(groat: Groat, user: str, roles: tuple[str, ...] = (), email: str | None = None) -> None:
    """An account here, with the address that its record has."""
    person = identity.Principal(f"user:{user}", user, email, None, roles, 0, False, 0)
    await groat.write(identity.create, person, 0)


def states(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("SELECT target, state, attempts FROM groat_outbox ORDER BY target, number")


async def test_who_wants_mail_of_a_category_gets_it(
    groat: Groat, smtp: SmtpServer, database: Database
) -> None:
    await wants(groat, "42", orders=(*TOAST, *MAIL))
    sent = await groat.notify(
        "user:42", "Parcel sent", body="It arrives\ntomorrow. 🙂", category="orders", key="a"
    )
    await groat.notify("user:42", "News", category="news", key="b")
    await groat.notify("user:7", "Parcel sent", category="orders", key="c")
    await send_all(groat, smtp)
    (mail,) = smtp.mails
    assert (mail.sender, mail.recipients) == ("bank@bank.example", ("42@people.example",))
    message = mail.message
    assert (message["Subject"], message["From"], message["To"]) == (
        "Parcel sent",
        SENDER,
        "42@people.example",
    )
    assert message["Message-ID"] == f"<{sent.id}@bank.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.isoformat() == "2026-01-01T12:00:00+00:00"
    assert message.get_content().splitlines() == ["It arrives", "tomorrow. 🙂"]
    assert states(database) == [("user:42", "sent", 1)]


async def test_a_title_stays_on_its_line(groat: Groat, smtp: SmtpServer) -> None:
    await wants(groat, "42", others=MAIL)
    await groat.notify("user:42", "Hello\r\nBcc: everybody@people.example\x07 – ﬁn", key="a")
    await send_all(groat, smtp)
    (mail,) = smtp.mails
    assert mail.message["Subject"] == "Hello Bcc: everybody@people.example – ﬁn"
    assert mail.message["Bcc"] is None
    assert mail.recipients == ("42@people.example",)


async def test_the_record_of_an_account_says_where_mail_goes(
    groat: Groat, smtp: SmtpServer, database: Database
) -> None:
    await account(groat, "42", email="record@people.example")
    await wants(groat, "42", others=MAIL)
    await groat.notify("user:42", "Hello", key="a")
    await send_all(groat, smtp)
    assert [mail.recipients for mail in smtp.mails] == [("record@people.example",)]
    # One who is disabled gets no more mail, whatever was put into the outbox.
    await groat.notify("user:42", "Hello again", key="b")
    await groat.write(identity.change, "user:42", identity.Change(disabled=True), 0)
    await send_all(groat, smtp)
    assert len(smtp.mails) == 1
    assert [state for _, state, _ in states(database)] == ["sent", "dropped"]


async def test_who_changed_their_mind_gets_none(groat: Groat, smtp: SmtpServer, database: Database) -> None:
    await wants(groat, "42", others=MAIL)
    await groat.notify("user:42", "Hello", key="a")
    await wants(groat, "42", others=())
    await send_all(groat, smtp)
    assert (smtp.mails, states(database)) == ([], [("user:42", "dropped", 1)])


async def test_what_is_told_to_a_room_is_mailed_to_those_of_it_who_want_it(
    groat: Groat, smtp: SmtpServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several pages of readers.
    monkeypatch.setattr(letters, "READERS_MAX", 2)
    for user, roles in (("a", ("partner",)), ("b", ()), ("c", ("partner", "staff")), ("d", ("partners",))):
        await account(groat, user, roles)
        await wants(groat, user, others=MAIL)
    await account(groat, "e", ("partner",))
    await wants(groat, "e", others=MAIL, news=TOAST)
    await wants(groat, "f", others=MAIL)
    await groat.notify("role:partner", "For partners", category="news", key="p")
    await send_all(groat, smtp)
    assert sorted(mail.recipients[0][0] for mail in smtp.mails) == ["a", "c"]
    await groat.notify("all", "For all", category="news", key="e")
    await send_all(groat, smtp)
    assert sorted(mail.recipients[0][0] for mail in smtp.mails[2:]) == ["a", "b", "c", "d", "f"]
    assert len({mail.message["Message-ID"] for mail in smtp.mails}) == 7
    assert sorted(state for _, state, _ in states(database)) == ["sent"] * 9


FAULTS = """
fault                  mails  state
451 later              1      sent
421 closing            1      sent
drop                   1      sent
rcpt 450 later         1      sent
550 no                 0      failed
rcpt 550 unknown       0      failed
lost                   2      sent
"""


@pytest.mark.parametrize("line", FAULTS.strip().splitlines()[1:])
async def test_a_failure_is_tried_again_unless_it_is_final(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock, line: str
) -> None:
    *fault, mails, state = line.split()
    smtp.faults = [" ".join(fault)]
    await wants(groat, "42", others=MAIL)
    await groat.notify("user:42", "Hello", key="a")
    await send_all(groat, smtp)
    assert not smtp.faults
    assert not await is_due(groat)
    clock.advance(31)
    await send_all(groat, smtp)
    assert len(smtp.mails) == int(mails)
    assert [s for _, s, _ in states(database)] == [state]
    # Whoever gets it twice can tell by its id.
    assert len({mail.message["Message-ID"] for mail in smtp.mails}) == min(1, int(mails))


async def test_it_is_tried_more_and_more_rarely_and_dropped_after_a_day(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock
) -> None:
    await wants(groat, "42", others=MAIL)
    await groat.notify("user:42", "Hello", key="a")
    tried: list[int] = []
    second = 0
    while not smtp.faults:
        smtp.faults = ["451 later"]
        await send_all(groat, smtp)
        if smtp.faults:
            break
        tried.append(second)
        while not await is_due(groat):
            clock.advance(30)
            second += 30
    pauses = [after - before for before, after in pairwise(tried)]
    assert pauses[:8] == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert set(pauses[8:]) == {3600}
    assert 86_400 - 3_600 <= tried[-1] <= 86_400
    assert (smtp.mails, states(database)[0][:2]) == ([], ("user:42", "failed"))


async def test_one_bad_letter_keeps_no_other(groat: Groat, smtp: SmtpServer, database: Database) -> None:
    for user in "abc":
        await wants(groat, user, others=MAIL)
        await groat.notify(f"user:{user}", "Hello", key=user)
    smtp.faults = ["rcpt 550 unknown", "451 later"]
    await send_all(groat, smtp)
    assert len(smtp.mails) == 1
    assert sorted(state for _, state, _ in states(database)) == ["failed", "sent", "waiting"]
    # All of them over one connection.
    assert smtp.connections == 1


async def mail_to(groat: Groat, users: str) -> None:
    """A mail to each of these people, due in this order."""
    for user in users:
        await wants(groat, user, others=MAIL)
        await groat.notify(f"user:{user}", f"To {user}", key=user)


def reached(smtp: SmtpServer) -> str:
    """Whom the mails reached, in their order."""
    return "".join(mail.recipients[0][0] for mail in smtp.mails)


@pytest.mark.parametrize("fault", ["drop", "421 closing"])
async def test_what_a_broken_connection_leaves_goes_over_the_next(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock, fault: str
) -> None:
    await mail_to(groat, "abcde")
    smtp.faults = ["", fault, "", fault]
    await send_all(groat, smtp)
    assert sorted(reached(smtp)) == sorted(set(reached(smtp)))
    assert (len(smtp.mails), smtp.connections) == (3, 3)
    clock.advance(31)
    await send_all(groat, smtp)
    assert sorted(reached(smtp)) == list("abcde")
    assert [state for _, state, _ in states(database)] == ["sent"] * 5


async def test_a_relay_that_takes_nothing_is_left_alone(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock
) -> None:
    await mail_to(groat, "abc")
    smtp.greeting = "421 busy"
    await send_all(groat, smtp)
    # No mail was tried over this connection, so there was no other one.
    assert smtp.connections == 1
    smtp.greeting, smtp.faults = "220 test", ["drop"] * 3
    clock.advance(31)
    await send_all(groat, smtp)
    assert (smtp.connections, smtp.faults, smtp.mails) == (4, [], [])
    assert [state for _, state, _ in states(database)] == ["waiting"] * 3


@pytest.mark.parametrize("farewell", ["", "554 no"])
async def test_a_connection_that_ends_badly_takes_nothing_back(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock, farewell: str
) -> None:
    await mail_to(groat, "abc")
    smtp.farewell = farewell
    await send_all(groat, smtp)
    assert [state for _, state, _ in states(database)] == ["sent"] * 3
    clock.advance(301)
    await send_all(groat, smtp)
    assert (sorted(reached(smtp)), smtp.connections) == (list("abc"), 1)


async def test_a_mail_that_cannot_be_made_keeps_no_other(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock
) -> None:
    await mail_to(groat, "abc")
    # An earlier version took this address. The email package fails on it with an IndexError.
    database.rows(
        """UPDATE groat_notification_box SET email = '"a@("<' WHERE stream = 'user:b' RETURNING stream"""
    )
    await send_all(groat, smtp)
    clock.advance(301)
    await send_all(groat, smtp)
    assert sorted(reached(smtp)) == ["a", "c"]
    assert states(database) == [("user:a", "sent", 1), ("user:b", "failed", 1), ("user:c", "sent", 1)]


async def test_an_unforeseen_error_keeps_no_other_mail(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mail_to(groat, "abc")
    rcpt, errors = smtplib.SMTP.rcpt, [RuntimeError("unforeseen")]

    def fail_once(connection: smtplib.SMTP, to: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        answer = rcpt(connection, to, options)
        if smtp.mails and errors:
            raise errors.pop()
        return answer

    monkeypatch.setattr(smtplib.SMTP, "rcpt", fail_once)
    await send_all(groat, smtp)
    assert sorted(state for _, state, _ in states(database)) == ["sent", "sent", "waiting"]
    clock.advance(301)
    await send_all(groat, smtp)
    assert sorted(reached(smtp)) == list("abc")
    assert [state for _, state, _ in states(database)] == ["sent"] * 3


async def test_a_node_that_stops_keeps_what_it_has_done(
    groat: Groat, smtp: SmtpServer, database: Database
) -> None:
    await mail_to(groat, "abc")
    smtp.faults = ["hold"]
    async with mailer(groat, smtp).running():
        await smtp.has(1)
        # Once the end of this block has begun.
        asyncio.get_running_loop().call_soon(smtp.gate.set)
    assert len(smtp.mails) == 1
    assert sorted(state for _, state, _ in states(database)) == ["sent", "waiting", "waiting"]


async def test_mail_without_its_notification_is_dropped(
    groat: Groat, smtp: SmtpServer, database: Database
) -> None:
    await mail_to(groat, "abc")
    database.rows(
        f"""UPDATE groat_outbox SET body = '{{"notification":"{new_id()}"}}' WHERE target = 'user:b' RETURNING 1"""
    )
    await send_all(groat, smtp)
    assert sorted(reached(smtp)) == ["a", "c"]
    assert states(database) == [("user:a", "sent", 1), ("user:b", "dropped", 1), ("user:c", "sent", 1)]


async def test_a_sender_that_died_is_replaced(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock
) -> None:
    await wants(groat, "42", others=MAIL)
    await groat.notify("user:42", "Hello", key="a")
    channel = Channel(CHANNEL, Mailer(groat, Relay("", 0, "", "", ""), SENDER).deliver)
    (entry,) = await groat.write(flows.claim, channel, "somebody who dies now")
    await send_all(groat, smtp)
    assert smtp.mails == []
    clock.advance(301)
    await send_all(groat, smtp)
    assert len(smtp.mails) == 1
    # The dead one, back again, has no say any more.
    await groat.write(flows.settle, channel, [EntryOutcome(entry, "failed")])
    assert states(database) == [("user:42", "sent", 2)]


async def test_nodes_send_each_mail_once(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock
) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as other:
        async with mailer(groat, smtp).running(), mailer(other, smtp).running():
            for user in range(30):
                await wants(groat, f"u{user}", others=MAIL)
            await asyncio.gather(*(groat.notify(f"user:u{n}", "Hello", key=f"k{n}") for n in range(30)))
            await groat.notify("all", "To all", key="all")
            await smtp.has(60)
        assert not await is_due(groat)
    assert len({mail.message["Message-ID"] for mail in smtp.mails}) == len(smtp.mails) == 60


async def test_what_is_done_or_never_was_sent_is_forgotten_after_a_month(
    groat: Groat, smtp: SmtpServer, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several rounds.
    monkeypatch.setattr(engine, "PRUNE_MAX", 2)
    await mail_to(groat, "abc")
    await send_all(groat, smtp)
    await mail_to(groat, "de")
    clock.advance(29 * 86_400)
    await groat.prune()
    assert len(states(database)) == 5
    clock.advance(2 * 86_400)
    await mail_to(groat, "f")
    await groat.prune()
    assert states(database) == [("user:f", "waiting", 0)]


async def test_what_waits_is_measured(groat: Groat, smtp: SmtpServer, clock: Clock) -> None:
    outbox = Outbox(groat)
    assert not await outbox.measure()
    assert outbox.backlog(CHANNEL) == (0, 0.0, 0)
    await mail_to(groat, "ab")
    clock.advance(60)
    await mail_to(groat, "c")
    clock.advance(0.5)
    await outbox.measure()
    assert outbox.backlog(CHANNEL) == (3, 60.5, 0)
    # What is put off waits on, what is refused for good does not.
    smtp.faults = ["451 later"] * 3
    await send_all(groat, smtp)
    clock.advance(40)
    await outbox.measure()
    assert outbox.backlog(CHANNEL) == (3, 100.5, 0)
    smtp.faults = ["550 no"]
    await send_all(groat, smtp)
    await outbox.measure()
    assert outbox.backlog(CHANNEL) == (0, 0.0, 1)


async def test_what_waits_is_measured_all_the_while(
    groat: Groat, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever becomes of the sending.
    monkeypatch.setattr(flows, "any_due", None)
    await mail_to(groat, "ab")
    outbox = Outbox(groat)
    async with mailer(groat, smtp).running(), outbox.running():
        await until(lambda: outbox.backlog(CHANNEL).waiting == 2)


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("", None),
        ("smtp://relay", Relay("relay", 25, "", "", "")),
        ("smtp+starttls://a%40b:c%2Fd@relay", Relay("relay", 587, "starttls", "a@b", "c/d")),
        ("smtps://a:b@relay:4650", Relay("relay", 4650, "tls", "a", "b")),
    ],
)
def test_the_relay_of_the_settings(url: str, relay: Relay | None) -> None:
    assert relay_of(Settings(smtp_url=url)) == relay


@pytest.mark.parametrize("url", ["smtp://a:b@relay", "smtp://", "smtps://relay:port", "smtps://relay:99999"])
def test_a_relay_that_cannot_be_used(url: str) -> None:
    with pytest.raises(SettingsError) as error:
        relay_of(Settings(smtp_url=url))
    assert error.value.code == "setting_invalid"
    assert "a:b" not in str(error.value)
