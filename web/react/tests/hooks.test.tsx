import { GroatError } from "@groat/client";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { GroatProvider, useBalance, useHistory, useSpend, useStatus } from "../src/index.js";
import { page } from "./help.js";

const it = page();

const renders: string[] = [];

/** Shows what a hook says, and counts how often it rendered. */
function Probe({ useText, id = "it" }: { useText: () => string; id?: string }) {
  const text = useText();
  renders.push(`${id} ${text}`);
  return <p data-testid={id}>{text}</p>;
}
const rendersOf = (id: string) => renders.filter((line) => line.startsWith(`${id} `));
const text = (id = "it") => screen.getByTestId(id).textContent;

const useCredits = () => useBalance().amount ?? "-";
const useDollars = () => useBalance({ asset: "USD" }).amount ?? "-";
const useLabel = () => useStatus().label;
function useBalanceState(): string {
  const { amount, stale, error } = useBalance();
  return `${amount} ${stale} ${error?.code}`;
}

function Shop() {
  const { spend, pending, error } = useSpend();
  const { amount } = useBalance();
  const buy = () => spend({ amount: "30", asset: "CREDIT" }).catch((failure: unknown) => failure);
  return (
    <button type="button" onClick={buy}>
      {`${amount} ${pending} ${error?.code ?? "fine"}`}
    </button>
  );
}

function History() {
  const { rows, hasMore, loadMore, loading } = useHistory();
  return (
    <>
      <p data-testid="rows">{rows.map((row) => `${row.version}:${row.delta}:${row.balance}`).join(" ")}</p>
      {hasMore && (
        <button type="button" disabled={loading} onClick={loadMore}>
          more
        </button>
      )}
    </>
  );
}

beforeEach(() => {
  renders.length = 0;
});

describe("useBalance", () => {
  test("only those concerned render again", async () => {
    it.server.addUser("42", { CREDIT: "100", USD: "1.00" });
    await it.show(
      <>
        <Probe id="one" useText={useCredits} />
        <Probe id="two" useText={useCredits} />
        <Probe id="dollars" useText={useDollars} />
        <Probe id="status" useText={useLabel} />
      </>,
    );
    expect([text("one"), text("two"), text("dollars")]).toEqual(["100", "100", "1.00"]);
    renders.length = 0;
    for (let i = 0; i < 5; i += 1) {
      it.server.change("42", "1");
      await it.pass(100);
    }
    expect([text("one"), text("two"), text("dollars")]).toEqual(["105", "105", "1.00"]);
    expect(rendersOf("one")).toHaveLength(5);
    expect(rendersOf("two")).toHaveLength(5);
    expect(rendersOf("dollars")).toEqual([]);
    expect(rendersOf("status")).toEqual([]);
  });

  test("hundreds of changes a second are a few renders, and the last one counts", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    await it.show(<Probe useText={useCredits} />);
    renders.length = 0;
    for (let i = 0; i < 400; i += 1) {
      it.server.change("42", "1");
      await it.pass(2);
    }
    await it.pass(100);
    expect(text()).toBe("500");
    expect(renders.length).toBeGreaterThan(5);
    expect(renders.length).toBeLessThan(30);
  });

  test("switching users drops the former value at once", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    await it.show(<Probe useText={useCredits} />);
    let login: Promise<unknown> = Promise.resolve();
    act(() => {
      login = it.groat.login({ user: "7", password: "x" });
    });
    await it.pass(2_000);
    await login;
    expect(renders.slice(renders.lastIndexOf("it 100") + 1)[0]).toBe("it -");
    expect(text()).toBe("7");
  });

  test("keeps the last value while the server is away, and says so", async () => {
    await it.show(<Probe useText={useBalanceState} />);
    it.server.down();
    await it.pass(20_000);
    expect(text()).toBe("100 true network");
  });
});

describe("useStatus", () => {
  test("has words and an age", async () => {
    await it.show(<Probe useText={useLabel} />);
    expect(text()).toBe("Live");
    it.server.down();
    await it.pass(10_000);
    expect(text()).toMatch(/^Stale, as of \d+:00:01/);
  });
});

describe("useSpend", () => {
  test("shows the pending value, and a double click buys once", async () => {
    await it.show(<Shop />);
    const release = it.server.holdNext("POST /v1/actions/spend");
    it.server.withhold();
    fireEvent.click(screen.getByRole("button"));
    fireEvent.click(screen.getByRole("button"));
    await it.pass(10);
    expect(screen.getByRole("button").textContent).toBe("70 true fine");
    release();
    await it.pass(10);
    expect(screen.getByRole("button").textContent).toBe("70 false fine");
    expect(it.server.keys).toHaveLength(1);
  });

  test("tells a refusal", async () => {
    it.server.addUser("42", { CREDIT: "10" });
    await it.show(<Shop />);
    fireEvent.click(screen.getByRole("button"));
    await it.pass(10);
    expect(screen.getByRole("button").textContent).toBe("10 false insufficient_funds");
  });

  test("after an unknown outcome the same click settles it under the same key", async () => {
    await it.show(<Shop />);
    for (let i = 0; i < 40; i += 1) it.server.refuseNext("POST /v1/actions/spend", 0, "reset");
    fireEvent.click(screen.getByRole("button"));
    await it.pass(40_000);
    expect(screen.getByRole("button").textContent).toBe("70 false unknown_outcome");
    it.server.clearFaults();
    fireEvent.click(screen.getByRole("button"));
    await it.pass(1_000);
    expect(screen.getByRole("button").textContent).toBe("70 false fine");
    expect(new Set(it.server.keys).size).toBe(1);
    expect(it.server.balance("user:42").balance).toBe("70");
  });

  test("another amount in between does not end the key of one that is open", async () => {
    function Till() {
      const { spend } = useSpend();
      return ["1", "2"].map((amount) => (
        <button key={amount} type="button" onClick={() => spend({ amount }).catch(() => undefined)}>
          {amount}
        </button>
      ));
    }
    await it.show(<Till />);
    const spent: [string, string | undefined][] = [];
    vi.spyOn(it.groat, "act").mockImplementation(async (_name, { amount }, options) => {
      spent.push([amount, options?.key]);
      throw new GroatError("unknown_outcome", "");
    });
    for (const amount of ["1", "2", "1", "2"]) {
      fireEvent.click(screen.getByText(amount));
      await it.pass(10);
    }
    expect(spent.slice(2)).toEqual(spent.slice(0, 2));
    expect(spent[0]?.[1]).not.toBe(spent[1]?.[1]);
  });

  test.each([
    ["internal", 500],
    ["http_524", 524],
    ["bad_answer", 200],
  ])("after %s it is open too what became of it", async (code, status) => {
    await it.show(<Shop />);
    const keys: (string | undefined)[] = [];
    const server = it.groat.act.bind(it.groat);
    vi.spyOn(it.groat, "act").mockImplementation(async (name, input, options) => {
      keys.push(options?.key);
      if (keys.length === 1) throw new GroatError(code, "", status);
      return server(name, input, options);
    });
    for (const told of [code, "fine", "fine"]) {
      fireEvent.click(screen.getByRole("button"));
      await it.pass(10);
      expect(screen.getByRole("button").textContent).toContain(told);
    }
    const [open, again, another] = keys;
    expect(again).toBe(open);
    expect(another).not.toBe(open);
  });
});

describe("useHistory", () => {
  const rows = () => text("rows");

  test("pages back, with live lines on top, each once", async () => {
    for (const delta of ["1", "2", "3", "4", "5"]) it.server.change("42", delta);
    await it.show(<History />);
    expect(rows()).toBe("6:5:115 5:4:110");
    fireEvent.click(screen.getByText("more"));
    await it.pass(10);
    it.server.change("42", "6");
    await it.pass(10);
    fireEvent.click(screen.getByText("more"));
    await it.pass(10);
    expect(rows()).toBe("7:6:121 6:5:115 5:4:110 4:3:106 3:2:103 2:1:101");
    expect(screen.queryByText("more")).toBeNull();
  });

  test("after a break beyond retention the missing lines are fetched", async () => {
    it.server.change("42", "1");
    await it.show(<History />);
    it.server.answerNext("GET /v1/accounts/user%3A42/entries", {
      items: [
        { version: 4, delta: "2", balance: "105" },
        { version: 3, delta: "2", balance: "103" },
      ],
      cursor: null,
    });
    it.server.down();
    it.server.change("42", "2");
    it.server.change("42", "2");
    it.server.trim("user:42");
    it.server.up();
    await it.pass(20_000);
    expect(rows()).toBe("4:2:105 3:2:103 2:1:101");
  });
});

test("strict mode starts, stops and starts again without harm", async () => {
  render(
    <StrictMode>
      <GroatProvider
        options={{
          url: "http://groat.test",
          environment: it.tab.environment,
          token: () => it.server.token(),
        }}
      >
        <Probe useText={useCredits} />
      </GroatProvider>
    </StrictMode>,
  );
  await it.pass(2_000);
  expect(text()).toBe("100");
  expect(it.server.sockets.size).toBe(1);
});

test("outside a provider the error says what to do", () => {
  expect(() => render(<Probe useText={useCredits} />)).toThrow(/inside <GroatProvider>/);
});
