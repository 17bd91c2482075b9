"""The stock Python SDK (centrifuge-python), noting everything it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from centrifuge import (
    Client,
    ClientEventHandler,
    ConnectedContext,
    ConnectingContext,
    DisconnectedContext,
    ErrorContext,
    PublicationContext,
    ServerPublicationContext,
    ServerSubscribedContext,
    SubscribedContext,
    SubscriptionErrorContext,
    SubscriptionEventHandler,
    UnsubscribedContext,
)

from tests.live.waiting import until


class Sdk(ClientEventHandler):  # type: ignore[misc]
    """One client; `events` holds (offset, data) by channel, `subscribed` the contexts by channel."""

    def __init__(
        self,
        url: str,
        get_token: str | Callable[[], Awaitable[str]],
        back_off_s: tuple[float, float] = (0.01, 0.05),
    ) -> None:
        self.events: dict[str, list[tuple[int, Any]]] = {}
        self.subscribed: dict[str, list[Any]] = {}
        self.connecting: list[int] = []
        self.connects = 0
        self.disconnected: list[int] = []
        self.errors: list[int] = []

        async def token() -> str:
            return get_token if isinstance(get_token, str) else await get_token()

        shortest_s, longest_s = back_off_s
        self.client = Client(
            url,
            events=self,
            get_token=token,
            min_reconnect_delay=shortest_s,
            max_reconnect_delay=longest_s,
        )

    async def on_connecting(self, ctx: ConnectingContext) -> None:
        self.connecting.append(ctx.code)

    async def on_connected(self, ctx: ConnectedContext) -> None:
        self.connects += 1

    async def on_disconnected(self, ctx: DisconnectedContext) -> None:
        self.disconnected.append(ctx.code)

    async def on_error(self, ctx: ErrorContext) -> None:
        self.errors.append(getattr(ctx.error, "code", ctx.code))

    async def on_subscribed(self, ctx: ServerSubscribedContext) -> None:
        self.subscribed.setdefault(ctx.channel, []).append(ctx)

    async def on_publication(self, ctx: ServerPublicationContext) -> None:
        self.events.setdefault(ctx.channel, []).append((ctx.pub.offset, ctx.pub.data))

    async def connect(self, times: int = 1) -> Sdk:
        """Connect and wait until that has been done `times` times."""
        await self.client.connect()
        await until(lambda: self.connects >= times and self.subscribed)
        return self

    async def leave(self) -> None:
        """Disconnect and wait until the SDK has closed its sockets."""
        await self.client.disconnect()
        await until(lambda: not self.client._background_tasks)

    def offsets(self, channel: str) -> list[int]:
        return [offset for offset, _ in self.events.get(channel, [])]

    async def view(self, channel: str) -> View:
        """Subscribe to a channel and wait for the answer."""
        view = View(self)
        view.subscription = self.client.new_subscription(channel, events=view)
        await view.subscription.subscribe()
        await until(lambda: view.contexts or view.refused)
        return view


class View(SubscriptionEventHandler):  # type: ignore[misc]
    """One client-side subscription of an Sdk."""

    def __init__(self, sdk: Sdk) -> None:
        self.sdk = sdk
        self.subscription: Any = None
        self.contexts: list[SubscribedContext] = []
        self.refused: list[int] = []
        self.events: list[tuple[int, Any]] = []

    async def on_subscribed(self, ctx: SubscribedContext) -> None:
        self.contexts.append(ctx)

    async def on_publication(self, ctx: PublicationContext) -> None:
        self.events.append((ctx.pub.offset, ctx.pub.data))

    async def on_unsubscribed(self, ctx: UnsubscribedContext) -> None:
        self.refused.append(ctx.code)

    async def on_error(self, ctx: SubscriptionErrorContext) -> None:
        self.refused.append(getattr(ctx.error, "code", ctx.code))
