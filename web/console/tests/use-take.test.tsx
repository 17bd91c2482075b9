import { GroatError, type RequestView, type TransitionView } from "@groat/client";
import { GroatProvider } from "@groat/react";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { useTake } from "../src/requests/use-take";
import { requestView } from "./help";

const LOST = new GroatError("unknown_outcome", "");
const REPAY = { name: "repay", title: "Repay" } as TransitionView;
const FREEZE = { name: "freeze", title: "Freeze" } as TransitionView;
const wrapper = ({ children }: { children: ReactNode }) => (
  <GroatProvider client={groat}>{children}</GroatProvider>
);
let answers: (GroatError | RequestView)[];
let keys: string[];

beforeEach(() => {
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat, "bind").mockReturnValue(groat.api);
  keys = [];
  vi.spyOn(groat.api, "takeTransition").mockImplementation(
    async (_kind, _id, _name, _input, { key } = {}) => {
      keys.push(key ?? "");
      const answer = answers.shift() ?? LOST;
      if (answer instanceof GroatError) throw answer;
      return answer;
    },
  );
});

afterEach(() => vi.restoreAllMocks());

/** Takes a transition of the request as it is on screen. */
function take(transition: TransitionView, version: number, input = {}): Promise<RequestView> {
  const { result } = renderHook(useTake, { wrapper });
  return act(() => result.current.take(requestView({ version }), transition, input));
}

test("a step whose answer was lost is the same step, also on what the request has become by it", async () => {
  answers = [LOST, requestView({ version: 2, replayed: true }), requestView({ version: 3 })];
  const repay = (version: number) => take(REPAY, version, { amount: "5.00" });
  await expect(repay(1)).rejects.toBe(LOST);
  await repay(2);
  await repay(2);
  const [lost, again, another] = keys;
  expect(again).toBe(lost);
  expect(another).not.toBe(lost);
});

test("a step that turns out to be done before what is on screen is no success, and the next press takes it", async () => {
  answers = [LOST, requestView({ version: 2, replayed: true }), requestView({ version: 4 })];
  await expect(take(FREEZE, 1)).rejects.toBe(LOST);
  await expect(take(FREEZE, 3)).rejects.toMatchObject({ code: "done_before" });
  expect((await take(FREEZE, 3)).version).toBe(4);
  const [lost, again, another] = keys;
  expect(again).toBe(lost);
  expect(another).not.toBe(lost);
});
