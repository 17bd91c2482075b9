"""An app on an origin of its own, in a real browser: sandboxed, without WebSocket, with faults of its own, asleep."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, WebSocketRoute, expect

from tests.e2e.serving import Server

WEB = Path(__file__).parents[2] / "web"
ROLES = ["admin", "support", "partner", "finance"]
FRAME = "<!doctype html><body><script>document.body.innerHTML = `<iframe sandbox='allow-scripts'></iframe>`;"
FRAME += "document.querySelector('iframe').src = 'index.html' + location.search</script>"

NewContext = Callable[..., BrowserContext]


class Files(SimpleHTTPRequestHandler):
    """The files of the app, for pages of any origin: a sandboxed frame has none."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, bundled from the sources as they are, on an origin of its own."""
    directory = tmp_path_factory.mktemp("app")
    command = [
        "node_modules/.bin/vite",
        "build",
        "react/tests/page",
        "--outDir",
        str(directory),
        "--emptyOutDir",
    ]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True)
    (directory / "frame.html").write_text(FRAME)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(directory))) as files:
        thread = Thread(target=files.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{files.server_port}"
        files.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets all origins call, also those that have no name, as sandboxed frames."""
    with Server(tmp_path_factory.mktemp("server"), ("--origins", "*")) as server:
        server.call("PATCH", "/v1/users/42", {"roles": ROLES})
        yield server


class App:
    """A tab with the app in it."""

    def __init__(self, context: BrowserContext, origin: str, server: Server) -> None:
        self.server = server
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.said: list[str] = []
        self.errors: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.origin = origin

    def open(self, user: str, page: str = "index.html", **asked: str) -> App:
        """Open the app as somebody."""
        token = asked.pop("token", None) or self.server._token(user)
        query = urlencode({"server": self.server.address, "token": token, **asked})
        self.page.goto(f"{self.origin}/{page}?{query}")
        return self

    def is_live(self, user: str, frame: Frame | Page | None = None) -> None:
        """Wait until the balance is right and live; then a change gets there."""
        place = frame or self.page
        expect(place.locator(".groat-status")).to_have_attribute("data-state", "live", timeout=25_000)
        self.shows(self.server.balance(user), place)
        after = int(self.server.balance(user)) + 3
        self.server.credit(user, 3)
        self.shows(str(after), place)

    def shows(self, amount: str, place: Frame | Page | None = None) -> None:
        number = (place or self.page).locator(".groat-amount")
        expect(number).to_have_attribute("data-value", amount)


@pytest.fixture
def new_app(origin: str, server: Server, new_context: NewContext) -> Callable[..., App]:
    def new_app(context: BrowserContext | None = None) -> App:
        return App(context or new_context(), origin, server)

    return new_app


def test_a_sandboxed_frame_works_alone(new_app: Callable[..., App]) -> None:
    app = new_app().open("7", "frame.html")
    frame = app.page.frames[1]
    app.is_live("7", frame)
    assert frame.evaluate("origin") == "null"
    assert app.errors == []


def test_without_websocket_four_roles_take_one_connection(new_app: Callable[..., App]) -> None:
    app = new_app()
    app.page.add_init_script("delete window.WebSocket")
    streams: list[str] = []
    app.page.on("request", lambda request: streams.extend(re.findall("^.*/v1/streams/.*$", request.url)))
    app.open("42", other="7")
    app.is_live("42")
    expect(app.page.get_by_test_id("other-7")).to_have_text(app.server.balance("7"))
    app.server.credit("7", 2)
    expect(app.page.get_by_test_id("other-7")).to_have_text(app.server.balance("7"))
    assert {urlsplit(url).path for url in streams} == {"/v1/streams/events"}
    # A browser opens six connections; with one taken, six calls at once still come back.
    calls = "Promise.all([...Array(12)].map(() => fetch(`${server}/v1/config`).then(a => a.status)))"
    asked = f"(server) => {calls}"
    assert app.page.evaluate(asked, app.server.address) == [200] * 12


def test_a_listener_that_throws_is_reported_and_others_go_on(new_app: Callable[..., App]) -> None:
    first = new_app()
    first.open("11", foul="yes")
    second = App(first.page.context, first.origin, first.server).open("11")
    first.is_live("11")
    second.is_live("11")
    assert "foul" in first.errors
    assert second.errors == []


def test_in_strict_mode_other_peoples_balances_come(new_app: Callable[..., App]) -> None:
    for _ in range(5):
        app = new_app().open("42", other="7")
        app.is_live("42")
        expect(app.page.get_by_test_id("other-7")).to_have_text(app.server.balance("7"))
        app.server.credit("7", 1)
        expect(app.page.get_by_test_id("other-7")).to_have_text(app.server.balance("7"))


@pytest.mark.parametrize("event", ["online", "visibilitychange", "pageshow"])
def test_a_half_open_connection_is_found_out_when_the_page_wakes(
    new_app: Callable[..., App], event: str
) -> None:
    app = new_app()
    dead: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        upstream = socket.connect_to_server()
        socket.on_message(lambda message: None if socket in dead else upstream.send(message))
        upstream.on_message(lambda message: None if socket in dead else socket.send(message))
        sockets.append(socket)

    sockets: list[WebSocketRoute] = []
    app.page.route_web_socket(re.compile("/connection/websocket"), between)
    app.open("11")
    app.is_live("11")
    dead += sockets
    before = app.server.balance("11")
    app.server.credit("11", 5)
    app.shows(before)
    expect(app.page.locator(".groat-status")).to_have_attribute("data-state", "live")
    target = "document" if event == "visibilitychange" else "window"
    app.page.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")
    app.shows(str(int(before) + 5))
    assert len(sockets) == 2


def test_a_wrong_origin_a_wrong_secret_and_a_dead_server_look_different(
    origin: str, shared_server: Server, new_context: NewContext, tmp_path: Path
) -> None:
    """Each is said once, in words that name the way out, and is not asked again and again."""
    wrong_origin = App(new_context(), origin, shared_server).open("42")
    status = wrong_origin.page.locator(".groat-status__label")
    expect(status).to_have_text("Connecting: the server refuses this page's origin")
    assert [text for text in wrong_origin.said if text.startswith("[groat]")] == [
        f"[groat] origin_refused: The server at {shared_server.address} answers, but not to pages of {origin}: "
        f'add this origin to its setting "origins". ({shared_server.address})'
    ]

    dead = Server(tmp_path)
    app = App(new_context(), origin, dead)
    with app.page.expect_console_message(lambda message: message.text.startswith("[groat]")):
        app.open("42", token="eyJ.any.token")
    expect(app.page.locator(".groat-status__label")).to_have_text("Connecting: no answer from the server")
    assert [text for text in app.said if text.startswith("[groat]")] == [
        f"[groat] network: The server could not be reached. ({dead.address})"
    ]


def test_a_token_of_another_secret_is_refused_in_words(new_app: Callable[..., App]) -> None:
    app = new_app()
    calls: list[str] = []
    app.page.on("request", lambda request: calls.extend(re.findall("^.*/v1/.*$", request.url)))
    head, body, _ = app.server._token("7").split(".")
    app.open("7", token=f"{head}.{body}.{'A' * 43}")
    expect(app.page.locator(".groat-status__label")).to_have_text("Offline: the server refuses the token")
    (said,) = [text for text in app.said if text.startswith("[groat]")]
    assert said.startswith("[groat] token_invalid: ")
    assert len(calls) <= 4
