import { expect, expectTypeOf, test } from "vitest";
import type { AccountPage, AccountView } from "../src/index.js";
import { answering, failure, type Got, groatOn, problem } from "./help.js";

const accounts = ["a", "b", "c", "d", "e"].map((account) => ({ account, balances: [] }));

/** Gives two accounts a page; the cursor says where the next begins. */
function paged({ path }: Got) {
  const query = new URL(path, "http://x").searchParams;
  const from = Number(query.get("cursor") ?? 0);
  const items = accounts.slice(from, from + 2);
  return Response.json({ items, cursor: from + 2 < accounts.length ? String(from + 2) : null });
}

test("`await` brings the first page", async () => {
  const { got, fetch } = answering(paged);
  const page = await groatOn(fetch).listAccounts({ limit: 2 });
  expectTypeOf(page).toEqualTypeOf<AccountPage>();
  expect(page.items).toHaveLength(2);
  expect(page.cursor).toBe("2");
  expect(got).toHaveLength(1);
});

test("`for await` brings every item of all pages, each page when its turn comes", async () => {
  const { got, fetch } = answering(paged);
  const seen: string[] = [];
  for await (const account of groatOn(fetch).listAccounts({ prefix: "user:", limit: 2 })) {
    expectTypeOf(account).toEqualTypeOf<AccountView>();
    seen.push(`${account.account}${got.length}`);
  }
  expect(seen).toEqual(["a1", "b1", "c2", "d2", "e3"]);
  expect(got.map(({ path }) => path)).toEqual([
    "/v1/accounts?prefix=user%3A&limit=2",
    "/v1/accounts?prefix=user%3A&limit=2&cursor=2",
    "/v1/accounts?prefix=user%3A&limit=2&cursor=4",
  ]);
});

test("who stops reading asks for no more, and pages() brings the pages", async () => {
  const { got, fetch } = answering(paged);
  const groat = groatOn(fetch);
  for await (const { account } of groat.listAccounts()) if (account === "b") break;
  expect(got).toHaveLength(1);
  const sizes: number[] = [];
  for await (const { items } of groat.listAccounts().pages()) sizes.push(items.length);
  expect(sizes).toEqual([2, 2, 1]);
});

test("a page that is refused ends the loop with its problem", async () => {
  const { fetch } = answering(paged, problem("invalid_cursor", 400));
  const seen: string[] = [];
  const read = async () => {
    for await (const { account } of groatOn(fetch).listAccounts()) seen.push(account);
  };
  expect(await failure(read())).toMatchObject({ name: "Problem", code: "invalid_cursor" });
  expect(seen).toEqual(["a", "b"]);
});
