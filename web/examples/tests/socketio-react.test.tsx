import { EventEmitter } from "node:events";
import { act, cleanup, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { io } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Dashboard } from "../../../examples/socketio_react/src/Dashboard";
import {
  useSocketEvent,
  useWebSocket,
  WebSocketProvider,
} from "../../../examples/socketio_react/src/WebSocketContext";

/** The part of a stock client that the context uses; the test plays the server. */
class FakeSocket extends EventEmitter {
  connected = false;
  recovered = false;
  connects = 0;
  given: unknown[] = [];

  constructor(
    readonly url: string,
    private readonly auth: (give: (data: object) => void) => void,
  ) {
    super();
    this.connect();
  }

  connect() {
    this.connects += 1;
    this.auth((data) => this.given.push(data));
  }

  disconnect() {
    this.connected = false;
    this.emit("closed by the page");
    this.removeAllListeners();
  }

  open(recovered = false) {
    this.connected = true;
    this.recovered = recovered;
    this.emit("connect");
  }

  close() {
    this.connected = false;
    this.emit("disconnect", "transport close");
    this.connect();
  }

  refuse(code: string) {
    this.emit("connect_error", Object.assign(new Error(code), { data: { code } }));
  }
}

vi.mock("socket.io-client", () => ({ io: vi.fn() }));

let sockets: FakeSocket[] = [];
const socket = () => sockets.at(-1) as FakeSocket;
const token = vi.fn<() => Promise<string>>();
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const told = (what: () => void) => act(async () => what());

function State() {
  const { live, recovered } = useWebSocket();
  return <p data-testid="state">{`${live} ${recovered}`}</p>;
}
const state = () => screen.getByTestId("state").textContent;

function page(children = <State />, url = "https://groat.example", getToken: () => Promise<string> = token) {
  return (
    <WebSocketProvider url={url} getToken={getToken}>
      {children}
    </WebSocketProvider>
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  token.mockReset().mockResolvedValue("a token");
  vi.mocked(io).mockImplementation(((url: string, options: { auth: FakeSocket["given"] }) => {
    sockets.push(new FakeSocket(url, options.auth as never));
    return socket();
  }) as never);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the connection", () => {
  test("is live while the socket is, and says whether the last connect recovered", async () => {
    render(page());
    await pass(0);
    expect([socket().url, socket().given, state()]).toEqual([
      "https://groat.example",
      [{ token: "a token" }],
      "false false",
    ]);
    await told(() => socket().open());
    expect(state()).toBe("true false");
    await told(() => socket().close());
    expect(state()).toBe("false false");
    await told(() => socket().open(true));
    expect(state()).toBe("true true");
    expect(sockets).toHaveLength(1);
  });

  test("asks for a token at each connect, by the newest function", async () => {
    const { rerender } = render(page());
    await pass(0);
    rerender(page(<State />, "https://groat.example", async () => "a newer token"));
    await told(() => socket().close());
    await pass(0);
    expect(socket().given).toEqual([{ token: "a token" }, { token: "a newer token" }]);
    expect(sockets).toHaveLength(1);
  });

  test("asks again while the app's own back end is away, and gives one token", async () => {
    token.mockRejectedValueOnce(new Error("away")).mockRejectedValueOnce(new Error("still away"));
    render(page());
    await pass(999);
    expect([token.mock.calls.length, socket().given]).toEqual([1, []]);
    await pass(1_001);
    expect([token.mock.calls.length, socket().given]).toEqual([3, [{ token: "a token" }]]);
    await pass(60_000);
    expect(token).toHaveBeenCalledTimes(3);
  });

  test("drops an answer that comes when the socket has asked anew", async () => {
    let answer: (token: string) => void = () => {};
    token.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    render(page());
    await told(() => socket().close());
    await told(() => answer("a late token"));
    await pass(0);
    expect(socket().given).toEqual([{ token: "a token" }]);
  });

  test("connects anew with a fresh token when the last one had expired, and after no other refusal", async () => {
    render(page());
    await pass(0);
    await told(() => socket().refuse("token_expired"));
    await pass(999);
    expect(socket().connects).toBe(1);
    await pass(1);
    expect(socket().connects).toBe(2);
    for (const code of ["token_invalid", "token_revoked", "unauthenticated"]) {
      await told(() => socket().refuse(code));
    }
    await pass(60_000);
    expect(socket().connects).toBe(2);
    expect(state()).toBe("false false");
  });

  test("ends with the provider, whatever is under way", async () => {
    token.mockRejectedValue(new Error("away"));
    const { unmount } = render(page());
    await told(() => socket().refuse("token_expired"));
    const ended = vi.spyOn(socket(), "disconnect");
    unmount();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended).toHaveBeenCalledTimes(1);
    expect([token.mock.calls.length, socket().connects, vi.getTimerCount()]).toEqual([1, 1, 0]);
  });

  test("is another one at another address", async () => {
    const { rerender } = render(page());
    await told(() => socket().open());
    const first = socket();
    rerender(page(<State />, "https://other.example"));
    await pass(0);
    expect([first.connected, socket().url, state()]).toEqual([false, "https://other.example", "false false"]);
  });

  test("is one in strict mode, too", async () => {
    render(<StrictMode>{page()}</StrictMode>);
    await pass(0);
    await told(() => socket().open());
    expect(state()).toBe("true false");
    expect(sockets.filter((each) => each.connected)).toHaveLength(1);
    expect(sockets[0]?.listenerCount("connect")).toBe(sockets.length > 1 ? 0 : 1);
  });
});

describe("useSocketEvent", () => {
  const heard: string[] = [];
  function Listener({ event, as }: { event: string; as: string }) {
    useSocketEvent<number>(event, (what) => heard.push(`${as} ${what}`));
    return null;
  }

  beforeEach(() => {
    heard.length = 0;
  });

  test("calls the newest handler, once for each event", async () => {
    const { rerender } = render(page(<Listener event="card_updated" as="first" />));
    await pass(0);
    await told(() => socket().emit("card_updated", 1));
    rerender(page(<Listener event="card_updated" as="second" />));
    await told(() => socket().emit("card_updated", 2));
    expect(heard).toEqual(["first 1", "second 2"]);
    expect(socket().listenerCount("card_updated")).toBe(1);
  });

  test("stops when the event changes, and when the component goes", async () => {
    const { rerender } = render(page(<Listener event="card_updated" as="it" />));
    await pass(0);
    rerender(page(<Listener event="loan_updated" as="it" />));
    await told(() => socket().emit("card_updated", 1));
    await told(() => socket().emit("loan_updated", 2));
    rerender(page());
    await told(() => socket().emit("loan_updated", 3));
    expect(heard).toEqual(["it 2"]);
    expect(socket().listenerCount("loan_updated")).toBe(0);
  });

  test("is quiet without a provider", () => {
    expect(() => render(<Listener event="card_updated" as="it" />)).not.toThrow();
  });
});

describe("the dashboard", () => {
  const credits = (credits: number, delta: number, version: number) => ({
    id: `credit/42/${version}`,
    candidateId: "42",
    credits,
    delta,
    reason: "a bonus",
    version,
  });

  test("shows credits and changes, but takes how they stand for no change", async () => {
    render(page(<Dashboard />));
    await told(() => socket().open());
    await told(() => socket().emit("snapshot", {}));
    expect(screen.getByRole("status").textContent).toBe("0");
    await told(() => socket().emit("credit-updated", { ...credits(5, 0, 1), reason: "", snapshot: true }));
    expect(screen.getByRole("status").textContent).toBe("5");
    expect(screen.getByText("No changes since you came.")).toBeTruthy();
    await told(() => socket().emit("credit-updated", credits(8, 3, 2)));
    await told(() => socket().emit("credit-updated", { ...credits(6, -2, 3), reason: "" }));
    const changes = screen.getByLabelText("Changes").children;
    expect([...changes].map((each) => each.textContent)).toEqual(["Without a reason-2", "a bonus+3"]);
    await told(() => socket().emit("notification", { id: "n1", title: "Welcome" }));
    expect(screen.getByText("Welcome")).toBeTruthy();
  });
});
