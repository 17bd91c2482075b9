/** A language that is not English: what people see then comes from its catalogue, all of it. */

import { join } from "node:path";
import type { BalanceView } from "@groat/client";
import { GroatProvider } from "@groat/react";
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { cleanup, render, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { i18n } from "../src/lib/texts";
import { AT, kindView, requestView, stateView } from "./help";

const BALANCE: BalanceView = {
  account: "user:42",
  asset: "€",
  balance: "500.00",
  available: "500.00",
  held: "0.00",
  version: 1,
  floor: "0.00",
  ceiling: null,
};

/** Letters that no English text has; what a message takes in, and its tags, stay as they are. */
function pseudo(text: string): string {
  return text.replace(/<[^>]*>|[A-Za-z]/g, (part) =>
    part.length > 1 ? part : String.fromCodePoint((part.codePointAt(0) ?? 0) + 0xfee0),
  );
}

type Compiled = ReturnType<typeof compileMessage>;

function translated(message: Compiled): Compiled {
  if (typeof message === "string") return pseudo(message) as never;
  return message.map((token) => {
    if (typeof token === "string") return pseudo(token);
    const [name, type, cases] = token;
    if (typeof cases !== "object" || cases === null) return token;
    // A choice by number also has an offset, which is mostly undefined.
    const told = Object.entries(cases)
      .filter(([, text]) => text !== undefined)
      .map(([which, text]) => [which, translated(text as Compiled)]);
    return [name, type, Object.fromEntries(told)];
  }) as Compiled;
}

beforeAll(async () => {
  const config = getConfig({ configPath: join(import.meta.dirname, "../lingui.config.ts") });
  const messages: Record<string, Compiled> = {};
  for (const catalog of await getCatalogs(config)) {
    for (const [id, { message }] of Object.entries((await catalog.read("en")) ?? {})) {
      messages[id] = translated(compileMessage(message ?? id));
    }
  }
  i18n.loadAndActivate({ locale: "qps", messages: messages as never });
}, 60_000);

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** What a reader sees or hears of the page that is in Latin letters; dates follow the browser. */
function english(): string[] {
  const heard = [...document.body.querySelectorAll(":not(time)")].flatMap((element) =>
    ["aria-label", "title", "placeholder", "alt"].map((name) => element.getAttribute(name) ?? ""),
  );
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen: string[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement?.closest("code, kbd, script, style, time")) seen.push(node.textContent ?? "");
  }
  // The paths of accounts are data.
  return [...seen, ...heard].filter((text) => /[A-Za-z]{2,}/.test(text.replace(/user:\d+/g, "")));
}

async function show(page: ReactNode): Promise<void> {
  const { groat } = await import("../src/groat");
  const state = groat.getState();
  const admin = { ...state, phase: "ready", user: "42", name: "", roles: ["admin"] } as const;
  vi.spyOn(groat, "getState").mockReturnValue(admin);
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat.api, "assets").mockResolvedValue({ items: [{ code: "€", scale: 2 }] });
  vi.spyOn(groat.api, "kinds").mockResolvedValue({ items: [] });
  vi.spyOn(groat.api, "demoPeople").mockResolvedValue([]);
  const key = { id: "1", service: "1", label: "1", created_at: AT };
  vi.spyOn(groat.api, "request").mockResolvedValue({ items: [key] });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const root = createRootRoute({ component: () => page });
  const index = createRoute({ getParentRoute: () => root, path: "/" });
  const router = createRouter({ routeTree: root.addChildren([index]), history: createMemoryHistory() });
  render(
    <GroatProvider client={groat}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </GroatProvider>,
  );
  await waitFor(() => expect(document.body.textContent).not.toBe(""));
}

const KIND = kindView({
  title: "–",
  states: [stateView("pending", { title: "–", open: true, waits: true })],
});

test.each<[string, () => Promise<ReactNode>]>([
  [
    "the page of keys",
    async () => {
      const { KeysPage } = await import("../src/pages/keys");
      return <KeysPage />;
    },
  ],
  [
    "a page that is not there",
    async () => {
      const { Lost } = await import("../src/shell/lost");
      return <Lost />;
    },
  ],
  [
    "a dialog of staff",
    async () => {
      const { LimitsDialog } = await import("../src/parts/limits-dialog");
      return <LimitsDialog target={BALANCE} onClose={() => undefined} />;
    },
  ],
  [
    "the state of the connection",
    async () => {
      const { StatusBanner, StatusMenu } = await import("../src/live/status");
      return (
        <>
          <StatusMenu />
          <StatusBanner />
        </>
      );
    },
  ],
  [
    "a program's page",
    async () => {
      const { PreferencesSheet } = await import("../src/programs/notifications/preferences");
      return <PreferencesSheet open onClose={() => undefined} />;
    },
  ],
  [
    "the steps of a request",
    async () => {
      const { Timeline } = await import("../src/requests/timeline");
      const step = { version: 1, transition: "file", from: "", to: "pending", by: "system:workflow" };
      const history = [{ ...step, at: AT, reason: "", input: {}, transaction: "1" }];
      return <Timeline kind={KIND} request={requestView({ history, history_more: true })} />;
    },
  ],
])("%s shows nothing that is not in the catalogue", { timeout: 60_000 }, async (_name, load) => {
  await show(await load());
  expect(document.body.textContent).toMatch(/[\uff21-\uff5a]{2,}/);
  expect(english()).toEqual([]);
});
