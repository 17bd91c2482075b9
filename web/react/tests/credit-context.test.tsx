import { createGroat } from "@groat/client";
import { FakeBrowser } from "@groat/client/testing";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { type Context, StrictMode, useEffect, useState } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import {
  CreditContext,
  type CreditContextType,
  CreditProvider,
  GroatProvider,
  useCredit,
  useGroat,
} from "../src/index.js";
import { page } from "./help.js";

const it = page();
const ME = "GET /v1/me";

const renders: string[] = [];
let credit: CreditContextType;

/** Takes the context out, for the test to call. */
function Hand() {
  const { credits: _, loading: __, ...functions } = useCredit();
  credit = functions as CreditContextType;
  return null;
}

function Credits({ id = "it" }: { id?: string }) {
  const { credits, loading } = useCredit();
  renders.push(`${id} ${credits} ${loading}`);
  return <p data-testid={id}>{`${credits} ${loading}`}</p>;
}

/** Reads none of the values. */
function Vouchers({ onRefresh }: { onRefresh: () => void }) {
  const { registerVoucherRefresh } = useCredit();
  useEffect(() => registerVoucherRefresh(onRefresh), [registerVoucherRefresh, onRefresh]);
  renders.push("vouchers");
  return null;
}

const text = (id = "it") => screen.getByTestId(id).textContent;
const rendersOf = (id: string) => renders.filter((line) => line.startsWith(id));
const asked = () => it.server.requests.filter((route) => route === ME).length;

/** Shows a page with the provider, and waits until a first fetch is no longer a recent one. */
async function show(children: React.ReactNode = <Credits />): Promise<void> {
  await it.show(
    <CreditProvider>
      <Hand />
      {children}
    </CreditProvider>,
  );
  await it.pass(5_000);
}

beforeEach(() => {
  renders.length = 0;
});

test("the context has the agreed shape", () => {
  expectTypeOf<CreditContextType>().toEqualTypeOf<{
    credits: number;
    loading: boolean;
    refreshCredits: () => Promise<void>;
    refreshCurrentUserCredits: () => Promise<void>;
    refreshVouchers: () => void;
    registerVoucherRefresh: (cb: () => void) => () => void;
    refreshUserCredits: (userId: string) => Promise<void>;
    registerCreditUpdateCallback: (cb: (userId: string) => void) => () => void;
    broadcastCreditUpdate: (userId: string) => void;
  }>();
  expectTypeOf(useCredit).returns.toEqualTypeOf<CreditContextType>();
  expectTypeOf(CreditContext).toEqualTypeOf<Context<CreditContextType | undefined>>();
});

describe("credits", () => {
  test("load, follow the server, and are the same for all", async () => {
    await it.show(
      <CreditProvider>
        <Credits id="one" />
        <Credits id="two" />
        <CreditContext.Consumer>
          {(value) => <p data-testid="raw">{value?.credits}</p>}
        </CreditContext.Consumer>
      </CreditProvider>,
    );
    expect(rendersOf("one")[0]).toBe("one 0 true");
    expect([text("one"), text("two"), text("raw")]).toEqual(["100 false", "100 false", "100"]);
    it.server.change("42", "11");
    await it.pass(10);
    expect([text("one"), text("two"), text("raw")]).toEqual(["111 false", "111 false", "111"]);
  });

  test("only those who read them render again, once for each change", async () => {
    const App = () => {
      renders.push("app");
      return (
        <>
          <Credits id="one" />
          <Credits id="two" />
          <Vouchers onRefresh={() => undefined} />
        </>
      );
    };
    await show(<App />);
    renders.length = 0;
    for (let i = 0; i < 5; i += 1) {
      it.server.change("42", "1");
      it.server.change("42", "0.01", { asset: "USD" });
      await it.pass(100);
    }
    await act(() => credit.refreshCurrentUserCredits());
    expect(text("one")).toBe("105 false");
    expect(renders.filter((line) => !/^(one|two) 10\d false$/.test(line))).toEqual([]);
    expect([rendersOf("one").length, rendersOf("two").length]).toEqual([5, 5]);
  });

  test("who begins to read them has the present value", async () => {
    function Late() {
      const value = useCredit();
      const [open, setOpen] = useState(false);
      renders.push(`late ${open}`);
      return (
        <button type="button" onClick={() => setOpen(true)}>
          {open ? value.credits : "closed"}
        </button>
      );
    }
    await show(<Late />);
    it.server.change("42", "1");
    await it.pass(100);
    expect(rendersOf("late")).toHaveLength(1);
    fireEvent.click(screen.getByRole("button"));
    expect(screen.getByRole("button").textContent).toBe("101");
    it.server.change("42", "1");
    await it.pass(100);
    expect(screen.getByRole("button").textContent).toBe("102");
  });

  test("an older answer never overwrites a newer value, and the last one stays while the server is away", async () => {
    await show();
    const release = it.server.holdNext(ME);
    const refreshed = credit.refreshCurrentUserCredits();
    await it.pass(10);
    it.server.change("42", "5");
    await it.pass(100);
    release();
    await act(() => refreshed);
    expect(text()).toBe("105 false");
    it.server.down();
    await it.pass(20_000);
    const failing = credit.refreshCurrentUserCredits();
    await it.pass(10_000);
    await expect(failing).resolves.toBeUndefined();
    expect(text()).toBe("105 false");
  });

  test("switching users drops the former user's at once, and what was on its way", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    await show();
    const release = it.server.holdNext(ME);
    const late = credit.refreshCurrentUserCredits();
    await it.pass(10);
    renders.length = 0;
    await act(() => it.groat.login({ user: "7", password: "x" }));
    expect(renders[0]).toMatch(/^it 0 true/);
    release();
    await it.pass(2_000);
    await act(() => late);
    expect(text()).toBe("7 false");
    expect(renders.filter((line) => line.includes("100"))).toEqual([]);
    await act(() => it.groat.logout());
    expect(text()).toBe("0 false");
  });
});

describe("refreshCredits", () => {
  test("is one fetch in 5 s, and refreshCurrentUserCredits another", async () => {
    await show();
    const before = asked();
    await act(async () => {
      await Promise.all([credit.refreshCredits(), credit.refreshCredits()]);
      await credit.refreshCredits();
    });
    expect(asked() - before).toBe(1);
    await act(() => credit.refreshCurrentUserCredits());
    await act(() => credit.refreshCurrentUserCredits());
    expect(asked() - before).toBe(3);
    await act(() => credit.refreshCredits());
    expect(asked() - before).toBe(3);
    await it.pass(5_000);
    await act(() => credit.refreshCredits());
    expect(asked() - before).toBe(4);
  });

  test("in the effect of a component that has just come asks no second time", async () => {
    function Eager() {
      const { refreshCredits } = useCredit();
      useEffect(() => {
        void refreshCredits().then(() => renders.push(`eager ${it.groat.getState().phase}`));
      }, [refreshCredits]);
      return null;
    }
    await it.show(
      <CreditProvider>
        <Eager />
      </CreditProvider>,
    );
    expect(rendersOf("eager")).toEqual(["eager ready"]);
    expect(asked()).toBe(1);
  });

  test("asks again after one that failed, and resolves all the same", async () => {
    await show();
    const before = asked();
    for (let i = 0; i < 3; i += 1) it.server.refuseNext(ME, 500, "internal");
    await act(() => credit.refreshCredits());
    it.server.clearFaults();
    await act(() => credit.refreshCredits());
    expect(asked() - before).toBe(2);
  });

  test("refreshCurrentUserCredits asks after an answer that is older than the call", async () => {
    await show();
    const before = asked();
    const release = it.server.holdNext(ME);
    const first = credit.refreshCredits();
    await it.pass(10);
    const second = credit.refreshCurrentUserCredits();
    await it.pass(10);
    release();
    await act(() => Promise.all([first, second]));
    expect(asked() - before).toBe(2);
  });

  test("asks nobody when nobody is signed in, nor when the provider is gone", async () => {
    await show();
    await act(() => it.groat.logout());
    const before = it.server.requests.length;
    await act(() => credit.refreshCredits());
    await act(() => credit.refreshUserCredits("42"));
    expect(it.server.requests.slice(before)).toEqual([]);
  });
});

describe("callbacks", () => {
  test("refreshUserCredits fetches for the current user, and calls them for everybody", async () => {
    await show();
    const heard = vi.fn((userId: string) => renders.push(`heard ${userId} at ${asked()}`));
    const end = credit.registerCreditUpdateCallback(heard);
    const before = asked();
    renders.length = 0;
    await act(() => credit.refreshUserCredits("7"));
    await act(() => credit.refreshUserCredits("42"));
    expect(renders).toEqual([`heard 7 at ${before}`, `heard 42 at ${before + 1}`]);
    it.server.refuseNext(ME, 403, "forbidden");
    await act(() => credit.refreshUserCredits("42"));
    expect(heard).toHaveBeenCalledTimes(3);
    end();
    await act(() => credit.refreshUserCredits("42"));
    expect(heard).toHaveBeenCalledTimes(3);
  });

  test("broadcastCreditUpdate tells this page's components and asks nobody", async () => {
    await show();
    const reported = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const window = vi.fn((event: Event) => event.preventDefault());
    globalThis.addEventListener("error", window);
    const first = vi.fn();
    const second = vi.fn();
    const ends = [
      credit.registerCreditUpdateCallback(first),
      credit.registerCreditUpdateCallback(() => {
        throw new Error("theirs");
      }),
      credit.registerCreditUpdateCallback(second),
      credit.registerCreditUpdateCallback(second),
    ];
    const before = it.server.requests.length;
    credit.broadcastCreditUpdate("7");
    expect(first.mock.calls).toEqual([["7"]]);
    expect(second.mock.calls).toEqual([["7"], ["7"]]);
    ends[3]?.();
    ends[3]?.();
    credit.broadcastCreditUpdate("8");
    expect(second).toHaveBeenCalledTimes(3);
    for (const end of ends) end();
    credit.broadcastCreditUpdate("9");
    expect(second).toHaveBeenCalledTimes(3);
    expect(it.server.requests.length).toBe(before);
    globalThis.removeEventListener("error", window);
    reported.mockRestore();
  });

  test("hear from the server of the user's credits and of those who are watched, at most once a second", async () => {
    it.server.addUser("42", { CREDIT: "100" }, ["admin"]);
    it.server.addUser("7", { CREDIT: "7", USD: "1" });
    await show();
    const heard = vi.fn();
    credit.registerCreditUpdateCallback(heard);
    it.groat.watch("7");
    await it.pass(500);
    it.server.change("7", "1");
    it.server.change("7", "1", { asset: "USD" });
    it.server.change("42", "1");
    await it.pass(10);
    expect(heard.mock.calls).toEqual([["7"], ["42"]]);
    for (let i = 0; i < 30; i += 1) {
      it.server.change("42", "1");
      await it.pass(50);
    }
    await it.pass(3_000);
    expect(heard.mock.calls.slice(2)).toEqual([["42"], ["42"]]);
  });

  test("hear what happened while there was no contact", async () => {
    await show();
    const heard = vi.fn();
    credit.registerCreditUpdateCallback(heard);
    it.server.down();
    await it.pass(10_000);
    it.server.change("42", "1");
    it.server.trim("user:42");
    it.server.up();
    await it.pass(20_000);
    expect(heard.mock.calls).toEqual([["42"]]);
  });

  test("of vouchers are called by refreshVouchers and by the server", async () => {
    const refresh = vi.fn();
    await show(<Vouchers onRefresh={refresh} />);
    credit.refreshVouchers();
    expect(refresh).toHaveBeenCalledTimes(1);
    it.server.tell("user:42", "voucher_updated", {});
    await it.pass(10);
    expect(refresh).toHaveBeenCalledTimes(2);
  });
});

describe("the provider", () => {
  const options = () => ({
    url: "http://groat.test",
    environment: it.tab.environment,
    token: () => it.server.token(),
  });

  test("is enough alone, in StrictMode, with one connection, and leaves nothing running", async () => {
    const { unmount } = render(
      <StrictMode>
        <CreditProvider options={options()}>
          <Credits />
          <CreditProvider>
            <Credits id="inner" />
          </CreditProvider>
        </CreditProvider>
      </StrictMode>,
    );
    await it.pass(2_000);
    expect([text(), text("inner")]).toEqual(["100 false", "100 false"]);
    it.server.change("42", "1");
    await it.pass(100);
    expect([text(), text("inner")]).toEqual(["101 false", "101 false"]);
    expect(it.server.sockets.size).toBe(1);
    unmount();
    await it.pass(100);
    expect(it.server.sockets.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("uses the client of the GroatProvider around it", async () => {
    let inner: unknown;
    function Inner() {
      inner = useGroat();
      return null;
    }
    await show(<Inner />);
    expect(inner).toBe(it.groat);
  });

  test("renders on a server, and is taken over by a client that is live already", async () => {
    const App = ({ children }: { children?: React.ReactNode }) => (
      <StrictMode>
        <CreditProvider>
          <Credits />
          {children}
        </CreditProvider>
      </StrictMode>
    );
    const place = document.createElement("div");
    document.body.append(place);
    place.innerHTML = renderToString(<App />);
    expect(place.textContent).toBe("0 true");
    it.groat.start();
    await it.pass(2_000);
    const problems: unknown[] = [];
    const root = await act(async () =>
      hydrateRoot(
        place,
        <GroatProvider client={it.groat}>
          <App />
        </GroatProvider>,
        { onRecoverableError: (error) => problems.push(error) },
      ),
    );
    await it.pass(100);
    expect(place.textContent).toBe("100 false");
    expect(problems).toEqual([]);
    act(() => root.unmount());
    place.remove();
  });

  test("a value of one's own is what useCredit gives", () => {
    const value = { credits: 5, loading: false } as CreditContextType;
    render(
      <CreditContext.Provider value={value}>
        <Credits />
      </CreditContext.Provider>,
    );
    expect(text()).toBe("5 false");
  });

  test("outside of one the error says what to do", () => {
    expect(() => render(<Credits />)).toThrow(/inside <CreditProvider>/);
  });
});

test("another tab hears from the server", async () => {
  const other = createGroat({
    url: "http://groat.test",
    environment: new FakeBrowser(it.server).tab().environment,
    token: () => it.server.token(),
  });
  render(
    <CreditProvider client={other}>
      <Hand />
    </CreditProvider>,
  );
  await it.pass(2_000);
  const heard = vi.fn();
  credit.registerCreditUpdateCallback(heard);
  await show();
  await act(() => it.groat.spend({ amount: "1", asset: "CREDIT" }));
  await it.pass(100);
  expect(heard.mock.calls).toEqual([["42"]]);
  other.stop();
});
