"""Notifications: written in the commit of what they tell of, shown live, and mailed to those who want that."""

from pathlib import Path

from groat.programs.notifications.commands import MarkRead, Send, SetChannels
from groat.programs.notifications.flows import snapshot
from groat.programs.notifications.letters import forget_mail
from groat.programs.notifications.notices import Notice, complete, need, notify
from groat.programs.notifications.retention import forget_notifications
from groat.programs.notifications.views import (
    NotificationEvent,
    NotificationSnapshot,
    NotificationsRead,
    NotificationWays,
)
from groat.store.extension import Completion, Event, Extension, Tells

NOTIFICATIONS = Extension(
    "notifications",
    Path(__file__).parent,
    snapshot,
    (("verify_notifications", "each stream's notifications are numbered without a gap, and counted"),),
    (forget_notifications, forget_mail),
    completion=Completion(need, complete),
    tells=Tells(
        NotificationSnapshot,
        NotificationEvent,
        (
            Event(Send.kind),
            Event(MarkRead.kind, NotificationsRead),
            Event(SetChannels.kind, NotificationWays),
        ),
    ),
)

__all__ = ["NOTIFICATIONS", "Notice", "need", "notify"]
