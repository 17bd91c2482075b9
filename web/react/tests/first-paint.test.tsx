/** What a server renders before anything began, and how a page takes it over. */
import { createGroat, type Groat, type GroatOptions } from "@groat/client";
import { FakeBrowser, FakeServer } from "@groat/client/testing";
import { act } from "@testing-library/react";
import { StrictMode } from "react";
import { hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CreditsDisplay, GroatProvider, StatusBadge, useBalance } from "../src/index.js";
import { page } from "./help.js";

const NumberFormat = Intl.NumberFormat;
const INITIAL = {
  user: "42",
  balances: [
    {
      account: "user:42",
      asset: "CREDIT",
      balance: "1234567",
      available: "1234567",
      held: "0",
      version: 1,
      floor: "0",
      ceiling: null,
    },
  ],
};

function Page({ client, options, locale }: { client?: Groat; options?: GroatOptions; locale?: string }) {
  return (
    <StrictMode>
      <GroatProvider {...(client && { client })} {...(options && { options })} {...(locale && { locale })}>
        <CreditsDisplay showLabel />
        <StatusBadge pausable />
      </GroatProvider>
    </StrictMode>
  );
}

/** Whoever formats without a locale speaks this language from now on. */
function speak(language: string): void {
  Intl.NumberFormat = class extends NumberFormat {
    constructor(locales?: string | string[], options?: Intl.NumberFormatOptions) {
      super(locales ?? language, options);
    }
  } as typeof Intl.NumberFormat;
}

describe("the first paint", () => {
  let server: FakeServer;
  let root: Root | null;
  let problems: unknown[];
  const place = document.createElement("div");

  beforeEach(() => {
    vi.useFakeTimers({ now: new Date("2026-03-01T12:00:00Z") });
    server = new FakeServer();
    server.addUser("42", { CREDIT: "1234567" });
    document.body.append(place);
    root = null;
    problems = [];
    vi.spyOn(console, "error").mockImplementation((...words) => problems.push(words));
  });
  afterEach(() => {
    act(() => root?.unmount());
    place.remove();
    Intl.NumberFormat = NumberFormat;
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  async function takeOver(element: React.ReactElement): Promise<void> {
    await act(async () => {
      root = hydrateRoot(place, element, { onRecoverableError: (error) => problems.push(error) });
    });
  }

  const inBrowser = () => new FakeBrowser(server).tab().environment;

  test("says that it loads, and nothing of failures", () => {
    const html = renderToString(<Page options={{}} />);
    expect(html).toContain("Loading credits");
    expect(html).toContain("Connecting");
    expect(html).not.toMatch(/unavailable|Offline|Stale/);
  });

  test.each(["de-DE", "ar-EG", "hi-IN", "fr-FR", "en-US"])(
    "is taken over in %s without an error",
    async (language) => {
      speak("en-US");
      const element = (
        <Page
          options={{
            url: "http://groat.test",
            token: () => server.token(),
            initial: INITIAL,
            environment: inBrowser(),
          }}
        />
      );
      place.innerHTML = renderToString(<Page options={{ initial: INITIAL }} />);
      expect(place.textContent).toContain("1,234,567");
      speak(language);
      await takeOver(element);
      await act(() => vi.advanceTimersByTimeAsync(2_000));
      expect(problems).toEqual([]);
      expect(place.textContent).toContain(new NumberFormat(language).format(1_234_567));
      expect(place.textContent).toContain("Live");
    },
  );

  test("is taken over without an error by a client that is live already", async () => {
    place.innerHTML = renderToString(<Page options={{}} />);
    const { groat } = new FakeBrowser(server).tab();
    groat.start();
    await vi.advanceTimersByTimeAsync(2_000);
    await takeOver(<Page client={groat} />);
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(problems).toEqual([]);
    expect(place.textContent).toContain("1,234,567");
    groat.stop();
  });

  test("a value that is handed in is shown at once, and is no failure while the server is away", async () => {
    server.down();
    const options = {
      url: "http://groat.test",
      token: () => server.token(),
      initial: INITIAL,
      environment: inBrowser(),
    };
    place.innerHTML = renderToString(<Page options={{ initial: INITIAL }} />);
    await takeOver(<Page options={options} />);
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(place.textContent).toContain("1,234,567");
    expect(place.textContent).not.toMatch(/unavailable/);
    server.up();
    server.change("42", "1");
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    expect(place.textContent).toContain("1,234,568");
    expect(problems).toEqual([]);
  });

  test("a value of somebody else goes with the server's first word", async () => {
    server.addUser("7", { CREDIT: "3" });
    const environment = inBrowser();
    const groat = createGroat({
      url: "http://groat.test",
      token: () => server.token("7"),
      initial: INITIAL,
      environment,
    });
    expect(groat.getState().balances["user:42 CREDIT"]?.balance).toBe("1234567");
    groat.start();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(Object.keys(groat.getState().balances)).toEqual(["user:7 CREDIT"]);
    groat.stop();
  });

  test("who turns out to be signed out sees nothing that was handed in", async () => {
    const groat = createGroat({ token: () => null, initial: INITIAL, environment: inBrowser() });
    groat.start();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(groat.getState()).toMatchObject({ phase: "signed-out", balances: {}, user: null });
    groat.stop();
  });
});

describe("in StrictMode", () => {
  const it = page();

  test("another person's balance comes, whatever the order in which the server answers", async () => {
    it.server.addUser("42", { CREDIT: "1" }, ["admin"]);
    it.server.addUser("7", { CREDIT: "70" });
    let turns = 0;
    it.server.viewTurns = () => {
      turns = (turns + 5) % 7;
      return turns;
    };
    function Other() {
      const { amount, loading, error } = useBalance({ account: "user:7" });
      return <p>{error ? error.code : loading ? "loading" : amount}</p>;
    }
    const container = await it.show(
      <StrictMode>
        <Other />
      </StrictMode>,
    );
    expect(container.textContent).toBe("70");
    it.server.change("7", "5");
    await it.pass(200);
    expect(container.textContent).toBe("75");
  });

  test("a person who cannot be followed is an error, not nothing", async () => {
    function Other() {
      const { amount, loading, error } = useBalance({ account: "user:7" });
      return <p>{error ? error.code : loading ? "loading" : amount}</p>;
    }
    it.server.refuseView(103, "permission denied");
    const container = await it.show(<Other />);
    await it.pass(200);
    expect(container.textContent).toBe("view_refused");
  });
});
