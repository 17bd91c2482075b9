import { GroatError, type TransitionView } from "@groat/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { useTake } from "../src/requests/use-take";
import { requestView } from "./help";

afterEach(() => vi.restoreAllMocks());

const REPAY = { name: "repay", title: "Repay" } as TransitionView;
const queries = new QueryClient();
const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queries}>{children}</QueryClientProvider>
);

test("a step whose answer was lost is the same step, also on what the request has become by it", async () => {
  const keys: string[] = [];
  const outcomes = [new GroatError("unknown_outcome", ""), null, null];
  vi.spyOn(groat.api, "takeTransition").mockImplementation(
    async (_kind, _id, _name, _input, { key } = {}) => {
      keys.push(key ?? "");
      const outcome = outcomes.shift();
      if (outcome) throw outcome;
      return requestView({ version: 2 });
    },
  );
  const { result } = renderHook(useTake, { wrapper });
  const repay = (version: number) =>
    act(() => result.current.take(requestView({ version }), REPAY, { amount: "5.00" }));
  await expect(repay(1)).rejects.toMatchObject({ code: "unknown_outcome" });
  await repay(2);
  await repay(2);
  const [lost, again, another] = keys;
  expect(again).toBe(lost);
  expect(another).not.toBe(lost);
});
