import type { BudgetView, CheckView } from "@groat/client";
import { GroatError } from "@groat/client";
import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { useBudgets, useCheck } from "../src/index.js";
import { page } from "./help.js";

const it = page();

function budget(left: string, resetsInS: number): BudgetView {
  const resets_at = new Date(Date.now() + resetsInS * 1_000).toISOString();
  return { id: "b", asset: "CREDIT", window: "day", limit: "50", left, resets_at } as BudgetView;
}

function answer(allowed: boolean, left: string, resetsInS = 86_400) {
  const check = { allowed, most: left, budget: budget(left, resetsInS) } as CheckView;
  const said = vi.fn(async () => check);
  it.groat.api.check = said;
  return said;
}

function Check({ amount }: { amount: string }) {
  const { check, allowed, error, refresh } = useCheck({ amount });
  return (
    <button type="button" onClick={refresh}>
      {`${allowed}; ${check?.most ?? "-"}; ${error?.code ?? "fine"}`}
    </button>
  );
}
const text = () => screen.getByRole("button").textContent;

describe("useCheck", () => {
  test("asks for the amount, and again when the balance changes, at most twice a second", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    const first = answer(true, "40");
    await it.show(<Check amount="30" />);
    expect(text()).toBe("true; 40; fine");
    expect(first).toHaveBeenCalledWith("user:42", "CREDIT", { amount: "30" });
    const asked = answer(false, "10");
    for (let i = 0; i < 10; i += 1) {
      it.server.change("42", "-1");
      await it.pass(50);
    }
    await it.pass(1_000);
    expect(text()).toBe("false; 10; fine");
    expect(asked.mock.calls.length).toBeLessThanOrEqual(3);
  });

  test("asks again when the budget resets", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    answer(false, "0", 60);
    await it.show(<Check amount="30" />);
    answer(true, "50");
    await it.pass(50_000);
    expect(text()).toBe("false; 0; fine");
    await it.pass(15_000);
    expect(text()).toBe("true; 50; fine");
  });

  test("tells of an error, and asks again on demand", async () => {
    it.server.addUser("42", { CREDIT: "100" });
    it.groat.api.check = async () => {
      throw new GroatError("forbidden", "You may not.");
    };
    await it.show(<Check amount="30" />);
    expect(text()).toBe("null; -; forbidden");
    answer(true, "40");
    fireEvent.click(screen.getByRole("button"));
    await it.pass(1_000);
    expect(text()).toBe("true; 40; fine");
  });
});

test("useBudgets lists the budgets of a balance", async () => {
  it.server.addUser("42", { CREDIT: "100" });
  const asked = vi.fn(async () => ({ items: [budget("40", 86_400)], cursor: null }));
  it.groat.api.budgets = asked;
  function Budgets() {
    const { budgets } = useBudgets();
    return <button type="button">{budgets.map(({ left }) => left).join(" ")}</button>;
  }
  await it.show(<Budgets />);
  expect(text()).toBe("40");
  expect(asked).toHaveBeenCalledWith({ account: "user:42", asset: "CREDIT" }, { limit: 500 });
});
