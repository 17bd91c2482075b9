/** A page with a provider over the fake server, and time that the test moves. */
import type { Groat } from "@groat/client";
import { FakeBrowser, FakeServer, type Tab } from "@groat/client/testing";
import { act, cleanup, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, vi } from "vitest";
import { GroatProvider } from "../src/index.js";

export interface Page {
  server: FakeServer;
  tab: Tab;
  groat: Groat;
  show(children: ReactNode): Promise<HTMLElement>;
  pass(ms: number): Promise<void>;
}

export function page(): Page {
  const it = {
    show: async (children: ReactNode) => {
      const { container } = render(
        <GroatProvider client={it.groat} locale="en">
          {children}
        </GroatProvider>,
      );
      await it.pass(1_500);
      return container;
    },
    pass: async (ms: number) => {
      await act(() => vi.advanceTimersByTimeAsync(ms));
    },
  } as Page;
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date("2026-03-01T12:00:00Z") });
    it.server = new FakeServer();
    it.tab = new FakeBrowser(it.server).tab();
    it.groat = it.tab.groat;
  });
  afterEach(() => {
    cleanup();
    it.groat.stop();
    vi.useRealTimers();
  });
  return it;
}
