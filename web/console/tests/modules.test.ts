import { expect, test } from "vitest";
import { readProgram } from "../src/modules/read";
import { staysWithin } from "../src/modules/style";
import { register } from "../src/registry/registry";

test.each([
  [".topups-a", true],
  [".topups-a, .topups-b:hover > p", true],
  [":root[data-theme='dark'] .topups-a", true],
  [".topups-a:has(body)", true],
  ["p.topups-a::before", true],
  ["body", false],
  [".topups-a, body", false],
  [".topupsa", false],
  [".other-a", false],
  [":is(.topups-a, body)", false],
  [":not(.topups-a)", false],
  ["body:has(:is(.topups-a))", false],
  ['[class=".topups-a"]', false],
  ["[title='a, .topups-b'] p", false],
  [".x\\.topups-a", false],
])("the selector %s stays within topups: %s", (selector, within) => {
  expect(staysWithin(selector, "topups")).toBe(within);
});

const part = () => null;
const right = { api: 1, name: "topups" };

test.each([
  [undefined, "exports no program"],
  ["text", "exports no program"],
  [{ ...right, api: 2 }, "version 2"],
  [{ ...right, api: undefined }, "version undefined"],
  [{ ...right, name: "bank" }, "belongs to “bank”"],
  [{ ...right, pages: {} }, "Its pages "],
  [{ ...right, pages: [{ path: "/topups", component: part }, { path: "/topups/x" }] }, "Its pages[1] "],
  [{ ...right, pages: [{ path: "/topupsandmore", component: part }] }, "must begin with /topups"],
  [{ ...right, nav: [{ to: "/topups", label: "Top-ups", icon: part, section: "mine" }] }, "Its nav[0] "],
  [{ ...right, palette: [null] }, "Its palette[0] "],
  [{ ...right, kinds: { refund: 1 } }, "Its kinds.refund "],
  [{ ...right, slots: { header: "h1" } }, "Its slots.header "],
  [{ ...right, subjects: { refund: part } }, "Its subjects.refund "],
  [{ ...right, texts: { titles: "Refund" } }, "Its texts.titles "],
])("a module that exports %o is refused: %s", (exported, why) => {
  expect(() => readProgram(exported, "topups")).toThrow(why);
});

test("a module that keeps to the interface is read as it is", () => {
  const program = {
    ...right,
    pages: [{ path: "/topups", component: part }],
    nav: [{ to: "/topups", label: "Top-ups", icon: part, section: "staff" }],
    kinds: { refund: { Face: part } },
  };
  expect(readProgram(program, "topups")).toBe(program);
});

test.each(["v1", "console", "assets", "health", "metrics", "connection", "users"])(
  "no program has the addresses under /%s",
  (first) => {
    const pages = [{ path: `/${first}`, component: part }];
    expect(() => register({ name: first, pages })).toThrow(
      `the addresses under /${first} belong to the console`,
    );
  },
);
