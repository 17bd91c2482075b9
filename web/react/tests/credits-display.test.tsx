import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatAmount } from "@groat/client";
import { act, fireEvent, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import DefaultDisplay, { CreditDisplay, CreditsDisplay, GroatProvider, StatusBadge } from "../src/index.js";
import { page } from "./help.js";

const it = page();
const root = (container: HTMLElement) => container.querySelector(".groat-credits") as HTMLElement;
const number = (container: HTMLElement) => container.querySelector(".groat-credits__number") as HTMLElement;
const value = (container: HTMLElement) => container.querySelector("[data-value]")?.getAttribute("data-value");

describe.each(["ar-EG", "fa-IR", "hi-IN-u-nu-deva", "mr-IN", "bn-BD", "my-MM", "ne-NP"])(
  "in %s",
  (locale) => {
    test("the digits of the reader are drawn, and rolled ones are not put in their place", async () => {
      const container = await it.show(
        <GroatProvider client={it.groat} locale={locale}>
          <CreditsDisplay />
        </GroatProvider>,
      );
      const shown = () => container.querySelector(".groat-amount [aria-hidden]");
      expect(shown()?.textContent).toBe(formatAmount("100", { locale }));
      it.server.change("42", "1025");
      await it.pass(100);
      expect(shown()?.textContent).toBe(formatAmount("1125", { locale }));
      expect(shown()?.querySelector("number-flow-react")).toBeNull();
    });
  },
);

describe("CreditsDisplay", () => {
  test("is exported under all its names", () => {
    expect(DefaultDisplay).toBe(CreditsDisplay);
    expect(CreditDisplay).toBe(CreditsDisplay);
  });

  test("shows the value, the label when asked, and takes variant, size and class", async () => {
    const container = await it.show(
      <CreditsDisplay variant="prominent" size="lg" showLabel className="mine" />,
    );
    expect(value(container)).toBe("100");
    expect(screen.getByText("Credits")).toBeTruthy();
    expect(root(container).className).toBe("groat-credits groat-credits--prominent groat-credits--lg mine");
  });

  test("animates a change seen live, up and down, and starts anew each time", async () => {
    const container = await it.show(<CreditsDisplay />);
    expect(number(container).dataset.change).toBeUndefined();
    it.server.change("42", "50");
    await it.pass(100);
    expect(value(container)).toBe("150");
    expect(number(container).dataset.change).toBe("up");
    const beat = number(container).dataset.beat;
    it.server.change("42", "-20");
    await it.pass(100);
    expect(number(container).dataset.change).toBe("down");
    expect(number(container).dataset.beat).not.toBe(beat);
  });

  test("jumps after a reconnect, and tells the sum for a while", async () => {
    const container = await it.show(<CreditsDisplay />);
    it.server.down();
    it.server.change("42", "70");
    it.server.change("42", "50");
    it.server.up();
    await it.pass(5_000);
    expect(value(container)).toBe("220");
    expect(number(container).dataset.change).toBeUndefined();
    expect(screen.getByText("+120 while you were away")).toBeTruthy();
    await it.pass(10_000);
    expect(screen.queryByText("+120 while you were away")).toBeNull();
  });

  test("pulses while loading, then is red with a way to try again", async () => {
    it.server.down();
    const container = await it.show(<CreditsDisplay />);
    expect(root(container).dataset.state).toBe("error");
    it.server.up();
    fireEvent.click(screen.getByRole("button", { name: "Refresh" }));
    await it.pass(30_000);
    expect(root(container).dataset.state).toBe("ready");
    expect(value(container)).toBe("100");
  });

  test("is busy until the first value", async () => {
    const release = it.server.holdNext("GET /v1/me");
    const container = await it.show(<CreditsDisplay />);
    expect(root(container).dataset.state).toBe("loading");
    expect(root(container).getAttribute("aria-busy")).toBe("true");
    release();
    await it.pass(100);
    expect(root(container).dataset.state).toBe("ready");
  });

  test("keeps the last value when the server goes, marked, with its age", async () => {
    const container = await it.show(<CreditsDisplay />);
    it.server.down();
    await it.pass(20_000);
    expect(value(container)).toBe("100");
    expect(root(container).dataset.state).toBe("error");
    expect(container.querySelector(".groat-credits__age")?.textContent).toMatch(/^as of \d+:00:0/);
  });

  test("opens its details by focus, tap or hover, and closes with Escape", async () => {
    const container = await it.show(<CreditsDisplay />);
    const button = screen.getByRole("button", { expanded: false });
    const details = () => container.querySelector("fieldset") as HTMLElement;
    expect(details().hidden).toBe(true);
    act(() => button.focus());
    expect(details().hidden).toBe(false);
    expect(details().textContent).toContain("Available");
    fireEvent.keyDown(button, { key: "Escape" });
    expect(details().hidden).toBe(true);
    fireEvent.click(button);
    expect(details().hidden).toBe(false);
    fireEvent.mouseLeave(root(container));
    fireEvent.mouseEnter(root(container));
    expect(details().hidden).toBe(false);
  });

  test("speaks at most every 5 s, summed up, and not about the first value", async () => {
    const container = await it.show(<CreditsDisplay />);
    const status = container.querySelector("[role=status]") as HTMLElement;
    expect(status.textContent).toBe("");
    it.server.change("42", "1");
    await it.pass(100);
    expect(status.textContent).toBe("+1, now 101 credits");
    for (let i = 0; i < 4; i += 1) {
      it.server.change("42", "10");
      await it.pass(1_000);
      expect(status.textContent).toBe("+1, now 101 credits");
    }
    await it.pass(1_500);
    expect(status.textContent).toBe("+40, now 141 credits");
    expect(status.querySelector("number-flow-react")).toBeNull();
  });

  test("pauses and resumes", async () => {
    const container = await it.show(<CreditsDisplay />);
    fireEvent.click(screen.getByRole("button", { expanded: false }));
    fireEvent.click(screen.getByRole("button", { name: "Pause live" }));
    it.server.change("42", "5");
    await it.pass(100);
    expect(value(container)).toBe("100");
    fireEvent.click(screen.getByRole("button", { name: "Resume live (1 new)" }));
    await it.pass(100);
    expect(value(container)).toBe("105");
    expect(number(container).dataset.change).toBeUndefined();
  });

  test("shows amounts beyond 2^53 to the last digit", async () => {
    it.server.addUser("42", { CREDIT: "9007199254740993" });
    const container = await it.show(<CreditsDisplay />);
    expect(value(container)).toBe("9007199254740993");
    expect(container.textContent).toContain("9,007,199,254,740,993");
    expect(container.querySelector("number-flow-react")).toBeNull();
  });
});

describe("StatusBadge", () => {
  test("has a word and a shape for each state", async () => {
    const container = await it.show(<StatusBadge />);
    const shape = () => container.querySelector("svg")?.innerHTML;
    expect(container.textContent).toBe("Live");
    const live = shape();
    it.server.down();
    await it.pass(20_000);
    expect(container.textContent).toContain("Stale, as of");
    expect(shape()).not.toBe(live);
  });
});

describe("the look", () => {
  const css = readFileSync(join(import.meta.dirname, "../src/groat.css"), "utf8");
  const color = (name: string) => new RegExp(`--groat-${name}: (#[0-9a-f]{6})`).exec(css)?.[1] ?? "";
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };

  test.each([
    ["gold-text", "gold-from"],
    ["gold-text", "gold-to"],
    ["text", "surface"],
    ["muted", "surface"],
    ["error", "error-surface"],
    ["up", "surface"],
    ["down", "surface"],
  ])("%s on %s has a contrast of at least 4.5", (text, ground) => {
    expect(contrast(color(text), color(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test("respects reduced motion", () => {
    expect(css).toMatch(/prefers-reduced-motion: reduce[\s\S]*animation: none/);
  });
});
