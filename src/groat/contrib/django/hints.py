"""Tell the servers after each commit of Django's which events it brought."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from django.db.backends.base.base import BaseDatabaseWrapper
from redis import Redis, RedisError
from redis.exceptions import MovedError

from groat.bus.postgres import channel_of, payloads_of
from groat.bus.redis import messages_of, prefix_of
from groat.engine.ids import new_id
from groat.settings import Settings
from groat.store.batch import Published
from groat.store.history import KEPT_PLACE, place_of
from groat.store.inside import LATER

log = structlog.get_logger("groat.django")

PLACE_S: Final = 30.0
REDIS_ANSWER_S: Final = 0.5
REDIS_PAUSE_S: Final = 5.0
"""A Redis that is away is asked again after this time: until then nobody waits for it."""

_NOTIFY = "SELECT pg_notify(%s, %s)"


class Hints:
    """The hints of one process. One that is lost costs time alone, for the servers look by themselves, too.

    On SQLite there is nothing to send: servers see that the file has changed.
    """

    def __init__(self, settings: Settings) -> None:
        self._worker = new_id()
        self._place: tuple[str, float] = ("", 0.0)
        self._url = settings.redis
        self._redis: Redis | None = None
        self._away_until = 0.0

    def send(self, connection: BaseDatabaseWrapper, published: Sequence[Published], has_later: bool) -> None:
        """Tell of these ranges, and whether something was left for rooms. Never raises."""
        ranges = [*published, LATER] if has_later else list(published)
        if not ranges or connection.vendor != "postgresql":
            return
        try:
            place = self._find_place(connection)
            if self._url:
                self._publish(place, ranges)
            else:
                with connection.cursor() as cursor:
                    for payload in payloads_of(self._worker, ranges):
                        cursor.execute(_NOTIFY, [channel_of(place), payload])
        except Exception as error:  # noqa: BLE001 (the money is committed: nobody may hear of this as a failure)
            log.warning("hint_failed", detail=f"{type(error).__name__}: {error}")

    def _find_place(self, connection: BaseDatabaseWrapper) -> str:
        place, until = self._place
        if time.monotonic() >= until:
            with connection.cursor() as cursor:
                cursor.execute(KEPT_PLACE)
                history, *rest = cursor.fetchone()
                place = place_of(history, *rest)
            if history is not None:
                self._place = (place, time.monotonic() + PLACE_S)
        return place

    def _publish(self, place: str, ranges: list[Published]) -> None:
        if time.monotonic() < self._away_until:
            return
        try:
            for message in messages_of(self._worker.encode(), prefix_of(place), ranges):
                self._say(message)
        except RedisError:
            self._away_until = time.monotonic() + REDIS_PAUSE_S
            raise

    def _say(self, message: tuple[Any, ...]) -> None:
        if self._redis is None:
            self._redis = self._connect()
        try:
            self._redis.execute_command(*message)  # type: ignore[no-untyped-call]
        except MovedError as error:
            # A cluster names the owner of the channel, which mostly has the others of this database, too.
            self._redis = self._connect(host=error.host, port=error.port)
            self._redis.execute_command(*message)  # type: ignore[no-untyped-call]

    def _connect(self, **owner: Any) -> Redis:
        client = Redis.from_url(
            self._url,
            protocol=2,
            client_name="groat-django",
            socket_connect_timeout=REDIS_ANSWER_S,
            socket_timeout=REDIS_ANSWER_S,
        )
        client.connection_pool.connection_kwargs.update(owner)
        return client
