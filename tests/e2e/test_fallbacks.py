"""With WebSockets blocked, as some networks do, and then event-streams and long-polls too: the number still changes."""

import re

import pytest
from playwright.sync_api import BrowserContext, Route, WebSocketRoute

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

FALL_S = 25
"""Two failed attempts, or 4 s of silence, and another line is tried; each broken line costs a moment more."""


@pytest.fixture(scope="module")
def spares() -> None:
    """Take new browsers: clocks and routes are set up in them for good."""


class Network:
    """What lies between a browser and the server, and what it lets through at the moment."""

    def __init__(self, context: BrowserContext) -> None:
        self.blocked: set[str] = set()
        self._sockets: list[WebSocketRoute] = []
        context.route_web_socket(re.compile("/connection/websocket"), self._socket)
        context.route(re.compile(r"/v1/streams/([^/]+/)?events"), self._stream)

    def _socket(self, socket: WebSocketRoute) -> None:
        if "websocket" in self.blocked:
            socket.close(code=1011, reason="blocked")
        elif "answers" not in self.blocked:
            socket.connect_to_server()
            self._sockets.append(socket)

    def _stream(self, route: Route) -> None:
        accept = route.request.headers.get("accept", "")
        kind = "event-stream" if "text/event-stream" in accept else "long-poll"
        if kind in self.blocked:
            route.abort("connectionrefused")
        else:
            route.continue_()

    def block(self, *kinds: str) -> None:
        """Let these kinds no longer through, open sockets included."""
        self.blocked.update(kinds)
        while "websocket" in self.blocked and self._sockets:
            self._sockets.pop().close(code=1011, reason="blocked")


def carries(screen: Screen, server: Server, user: str, amount: int) -> None:
    """A change made now gets to the screen."""
    before = int(server.balance(user))
    server.credit(user, amount)
    screen.shows(before + amount)


@pytest.mark.parametrize(
    ("user", "blocked", "state", "words"),
    [
        ("42", ("websocket",), "live", "by event stream"),
        ("7", ("websocket", "event-stream"), "live", "by long poll"),
        # A proxy that takes the socket and then says nothing.
        ("11", ("answers",), "live", "by event stream"),
    ],
)
def test_without_websockets_another_line_is_live(
    server: Server, new_screen: NewScreen, user: str, blocked: tuple[str, ...], state: str, words: str
) -> None:
    screen = new_screen(user, path="/login")
    network = Network(screen.page.context)
    network.block(*blocked)
    screen.open("/")
    screen.has_state(state, within_s=FALL_S)
    assert words in screen.transport()
    rolls = screen.witness()["rolls"]
    carries(screen, server, user, 5)
    carries(screen, server, user, 6)
    assert screen.witness()["rolls"] > rolls, "live is live on every line"


def test_without_anything_but_plain_requests_it_polls_and_climbs_back(
    server: Server, new_screen: NewScreen
) -> None:
    screen = new_screen("11", path="/login")
    context = screen.page.context
    screen.page.clock.install()
    network = Network(context)
    screen.open("/")
    screen.has_state("live")
    carries(screen, server, "11", 7)

    network.block("websocket", "event-stream", "long-poll")
    screen.has_state("polling", within_s=FALL_S)
    assert "every 30 seconds" in screen.transport()
    before = int(server.balance("11"))
    server.credit("11", 8)
    screen.page.clock.fast_forward("00:34")
    screen.shows(before + 8)
    screen.has_state("polling")

    network.blocked.clear()
    screen.page.clock.fast_forward("00:25")
    screen.has_state("live", within_s=FALL_S)
    assert "by WebSocket" in screen.transport()
    carries(screen, server, "11", 9)
