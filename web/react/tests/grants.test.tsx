import type { GrantView } from "@groat/client";
import { GroatError } from "@groat/client";
import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { ExpiringCredits, useGrants } from "../src/index.js";
import { page } from "./help.js";

const it = page();
const DAY_MS = 86_400_000;

function grant(amount: string, days: number | null): GrantView {
  const expires_at = days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString();
  return {
    ...{ id: `${amount}-${days}`, account: "user:42", asset: "CREDIT", state: "live", class: "promotional" },
    ...{ cause: "", note: "", amount, remaining: amount, available: amount, held: "0", spent: "0" },
    ...{ expired: "0", voided: "0", priority: 100, expires_at, source: "house:promotions" },
    ...{ transaction: "", parent: null, created_at: "2026-03-01T12:00:00Z", voided_at: null },
  } as GrantView;
}

/** Answers with these grants from now on; returns what counts the calls. */
function answer(...grants: GrantView[]) {
  const said = vi.fn(async () => ({ items: grants, cursor: null }));
  it.groat.api.grants = said;
  return said;
}

function Grants() {
  const { grants, ending, error, refresh } = useGrants();
  return (
    <button type="button" onClick={refresh}>
      {`${grants.map(({ amount }) => amount).join(" ")}; ${ending?.amount ?? "-"}; ${error?.code ?? "fine"}`}
    </button>
  );
}
const text = () => screen.getByRole("button").textContent;

describe("useGrants", () => {
  test("follows the balance, at most twice a second", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    answer(grant("20", 3), grant("5", 3.5), grant("30", 40), grant("50", null));
    await it.show(<Grants />);
    expect(text()).toBe("20 5 30 50; 25; fine");
    const asked = answer(grant("7", 3));
    for (let i = 0; i < 10; i += 1) {
      it.server.change("42", "-1");
      await it.pass(50);
    }
    await it.pass(1_000);
    expect(text()).toBe("7; 7; fine");
    expect(asked.mock.calls.length).toBeLessThanOrEqual(3);
  });

  test("asks again when the first one expires", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    answer(grant("20", 1 / 1440), grant("30", null));
    await it.show(<Grants />);
    answer(grant("30", null));
    await it.pass(50_000);
    expect(text()).toBe("20 30; 20; fine");
    await it.pass(10_000);
    expect(text()).toBe("30; -; fine");
  });

  test("keeps the last answer when the server refuses, and asks on demand", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    answer(grant("20", null));
    await it.show(<Grants />);
    it.groat.api.grants = async () => {
      throw new GroatError("busy", "busy", 503);
    };
    fireEvent.click(screen.getByRole("button"));
    await it.pass(600);
    expect(text()).toBe("20; -; busy");
    answer(grant("9", null));
    fireEvent.click(screen.getByRole("button"));
    await it.pass(600);
    expect(text()).toBe("9; -; fine");
  });
});

describe("ExpiringCredits", () => {
  test.each([
    ["1200", 7, "1,200 credits expire in 7 days", false],
    ["1", 1.9, "1 credit expires in 2 days", true],
    ["20", 0.5, "20 credits expire in 12 hours", true],
    ["20", 0.01, "20 credits expire in 14 minutes", true],
    ["20", 31, "", false],
    ["20", null, "", false],
  ])("%s in %s days: %s", async (amount, days, said, soon) => {
    it.server.addUser("42", { CREDIT: "100" });
    answer(grant(amount, days));
    const container = await it.show(<ExpiringCredits />);
    expect(container.textContent).toBe(said);
    expect(container.querySelector("[data-soon]") !== null).toBe(soon);
  });

  test("counts down while nothing else happens", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    answer(grant("20", 3 / 1440));
    const container = await it.show(<ExpiringCredits />);
    await it.pass(60_000);
    expect(container.textContent).toBe("20 credits expire in 2 minutes");
  });
});
