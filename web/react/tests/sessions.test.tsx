/** What hooks keep belongs to one session: nothing of it is shown, or sent, in the next. */
import { createGroat, type Groat } from "@groat/client";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { beforeEach, describe, expect, test } from "vitest";
import {
  CreditsDisplay,
  GroatProvider,
  useBalance,
  useGroatState,
  useHistory,
  useNotifications,
  useRequests,
  useSpend,
} from "../src/index.js";
import { page } from "./help.js";

const it = page();
const SPEND = "POST /v1/actions/spend";
const ADMIN = ["admin"];

beforeEach(() => {
  it.server.addUser("7", { CREDIT: "70" });
});

const text = (id = "it") => screen.getByTestId(id).textContent;
const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
/** Another person is signed in; what was held back of the former one's is let go afterwards. */
async function become(user: string, release: () => void = () => undefined): Promise<void> {
  await act(() => it.groat.login({ user, password: "x" }));
  release();
  await it.pass(2_000);
}

function Shop() {
  const { spend, pending, error } = useSpend();
  const { amount } = useBalance();
  return (
    <>
      <p data-testid="it">{`${amount} ${pending} ${error?.code ?? "fine"}`}</p>
      <button type="button" onClick={() => spend({ amount: "10", asset: "CREDIT" }).catch(() => undefined)}>
        buy
      </button>
    </>
  );
}

function History() {
  const { rows, error, hasMore, loadMore } = useHistory({ account: "house:sales" });
  return (
    <>
      <p data-testid="it">{rows.map(({ reason }) => reason).join() || error?.code}</p>
      {hasMore && (
        <button type="button" onClick={loadMore}>
          more
        </button>
      )}
    </>
  );
}

function Inbox() {
  const { items, error, loading, loadMore, hasMore } = useNotifications();
  return (
    <>
      <p data-testid="it">{`${items.map(({ title }) => title).join()} ${error?.code ?? "fine"} ${loading}`}</p>
      <p data-testid="more">{String(hasMore)}</p>
      <button type="button" onClick={loadMore}>
        more
      </button>
    </>
  );
}

describe("useSpend", () => {
  test("of the next person is free at once, and neither pending nor failed", async () => {
    await it.show(<Shop />);
    const release = it.server.holdNext(SPEND);
    click("buy");
    await it.pass(100);
    expect(text()).toBe("90 true fine");
    await act(() => it.groat.login({ user: "7", password: "x" }));
    expect(text()).toMatch(/ false fine$/);
    release();
    await it.pass(2_000);
    expect(text()).toBe("70 false fine");
    click("buy");
    await it.pass(2_000);
    expect(text()).toBe("60 false fine");
    expect(it.server.keys).toHaveLength(2);
    expect(it.server.keys[0]).not.toBe(it.server.keys[1]);
  });

  test("repeats what was given up under its key, once the same person is back, and pays once", async () => {
    await it.show(<Shop />);
    it.server.refuseNext(SPEND, 0, "");
    click("buy");
    await it.pass(10);
    await become("7");
    click("buy");
    await it.pass(1_000);
    await become("42");
    click("buy");
    await it.pass(1_000);
    expect(text()).toBe("90 false fine");
    expect(it.server.balance("user:7").balance).toBe("60");
    const [first, second, third] = it.server.keys;
    expect([first === second, first === third]).toEqual([false, true]);
  });
});

test("useHistory keeps nothing of an account that both may name", async () => {
  it.server.addUser("1", {}, ADMIN);
  await it.show(<History />);
  const ENTRIES = "GET /v1/accounts/house%3Asales/entries";
  const entry = (version: number, reason: string) => ({ version, reason, account: "house:sales" });
  it.server.answerNext(ENTRIES, { items: [entry(2, "theirs")], cursor: "2" });
  await become("1");
  expect(text()).toBe("theirs");
  it.server.answerNext(ENTRIES, { items: [entry(1, "older")], cursor: null });
  click("more");
  it.server.answerNext(ENTRIES, {}, 403);
  await become("7");
  expect(text()).toBe("http_403");
});

describe("useNotifications", () => {
  test("drops a page that comes late, and asks anew", async () => {
    it.server.notify("user:42", "theirs");
    await it.show(<Inbox />);
    const release = it.server.holdNext("GET /v1/notifications");
    click("more");
    await it.pass(10);
    await become("7", release);
    expect(text()).toBe(" fine false");
    it.server.notify("user:7", "mine");
    click("more");
    await it.pass(100);
    expect(text()).toBe("mine fine false");
  });

  test("shows no failure of the former person's", async () => {
    await it.show(<Inbox />);
    it.server.refuseNext("GET /v1/notifications", 403, "forbidden");
    click("more");
    await it.pass(100);
    expect(text()).toBe(" forbidden false");
    await become("7");
    expect(text()).toBe(" fine false");
  });

  test("keeps no older page when the same person signs in again", async () => {
    for (let at = 0; at < 25; at += 1) it.server.notify("user:42", `n${at}`);
    await it.show(<Inbox />);
    click("more");
    await it.pass(100);
    expect(text("more")).toBe("false");
    await become("42");
    expect(text("more")).toBe("true");
  });
});

test("useRequests reads anew in each session", async () => {
  function Requests() {
    const { items } = useRequests();
    return <p data-testid="it">{items.map(({ id }) => id).join()}</p>;
  }
  const item = { id: "of-the-first", kind: "loan", version: 1 };
  const LIST = "GET /v1/requests";
  for (let at = 0; at < 2; at += 1) it.server.answerNext(LIST, { items: [item], cursor: null });
  await it.show(<Requests />);
  expect(text()).toBe("of-the-first");
  it.server.clearFaults();
  for (let at = 0; at < 2; at += 1) it.server.answerNext(LIST, { items: [], cursor: null });
  await become("42");
  expect(text()).toBe("");
});

test("what one member of staff watched the next one watches anew", async () => {
  function Watched() {
    return <p data-testid="it">{useBalance({ account: "user:42" }).amount ?? "-"}</p>;
  }
  it.server.addUser("1", {}, ADMIN);
  it.server.addUser("2", {}, ADMIN);
  await act(() => it.groat.login({ user: "1", password: "x" }));
  await it.show(<Watched />);
  expect(text()).toBe("100");
  await become("2");
  expect(text()).toBe("100");
  await act(async () => void it.server.change("42", "5"));
  await it.pass(1_000);
  expect(text()).toBe("105");
});

test("what is on screen goes in the same breath, though a change was shown a moment ago", async () => {
  await it.show(<CreditsDisplay />);
  await act(async () => {
    it.server.change("42", "5");
    await Promise.resolve();
  });
  await it.pass(1);
  expect(document.body.textContent).toContain("105");
  act(() => void it.groat.logout());
  expect(document.body.textContent).not.toMatch(/10[05]/);
});

test("two clients on one page never share a session", async () => {
  const { environment } = it.tab;
  const other = createGroat({ url: "http://groat.test", token: () => it.server.token("7"), environment });
  const sessions = new Set<number>();
  function Which() {
    const session = useGroatState((state) => state.session);
    sessions.add(session);
    return <p data-testid="it">{useGroatState((state) => state.user)}</p>;
  }
  const at = (client: Groat) => (
    <GroatProvider client={client}>
      <Which />
    </GroatProvider>
  );
  const { rerender } = render(at(it.groat));
  await it.pass(1_500);
  rerender(at(other));
  await it.pass(1_500);
  expect(text()).toBe("7");
  expect(sessions.size).toBe(2);
  other.stop();
});

test("StrictMode mounts twice, and is in one session that pays once", async () => {
  const { environment } = it.tab;
  const options = { url: "http://groat.test", token: () => it.server.token("42"), environment };
  render(
    <StrictMode>
      <GroatProvider options={options}>
        <Shop />
      </GroatProvider>
    </StrictMode>,
  );
  await it.pass(1_500);
  expect(it.server.sockets.size).toBe(1);
  click("buy");
  await it.pass(1_000);
  expect(text()).toBe("90 false fine");
  expect(it.server.keys).toHaveLength(1);
});
