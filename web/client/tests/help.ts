/** What most tests of the client need: a server, a browser, and time that the test itself moves. */
import { afterEach, beforeEach, vi } from "vitest";
import type { Change, Groat } from "../src/index.js";
import { FakeBrowser, FakeServer, type Tab } from "../src/testing/index.js";

export interface World {
  server: FakeServer;
  browser: FakeBrowser;
  /** Opens a tab, starts its client, and ends it after the test. */
  open(...args: Parameters<FakeBrowser["tab"]>): Promise<Tab>;
  /** Lets everything due within `ms` happen. */
  pass(ms: number): Promise<void>;
  /** The machine sleeps: the time of day goes on, and nothing runs. */
  sleep(ms: number): void;
}

/** Fresh for each test; call it at the top of a file. */
export function world(options: { locks?: boolean } = {}): World {
  const tabs: Tab[] = [];
  const it: World = {
    server: new FakeServer(),
    browser: null as unknown as FakeBrowser,
    sleep: (ms) => {
      vi.setSystemTime(Date.now() + ms);
    },
    open: async (...args) => {
      const tab = it.browser.tab(...args);
      tabs.push(tab);
      tab.groat.start();
      await it.pass(1_000);
      return tab;
    },
    pass: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date("2026-03-01T12:00:00Z") });
    it.server = new FakeServer();
    it.browser = new FakeBrowser(it.server, options);
  });
  afterEach(() => {
    for (const tab of tabs.splice(0)) tab.groat.stop();
    vi.useRealTimers();
  });
  return it;
}

export function credit(groat: Groat, user = "42"): string | undefined {
  return groat.getState().balances[`user:${user} CREDIT`]?.balance;
}

export function status(groat: Groat): string {
  return groat.getState().status.state;
}

/** Collects the change feed. */
export function changesOf(groat: Groat): Change[] {
  const changes: Change[] = [];
  groat.onChange((change) => changes.push(change));
  return changes;
}
