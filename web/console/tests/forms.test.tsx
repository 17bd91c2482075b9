import { type Balance, balanceKey, GroatError, type KindView } from "@groat/client";
import { GroatProvider } from "@groat/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { cleanup, configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import "../src/programs";
import { FileRequestPage } from "../src/pages/file-request";
import { NewTransferPage } from "../src/programs/bank/pages/new-transfer";
import { preloadPieces } from "../src/registry/registry";
import { kindView, requestView } from "./help";

// Whole forms are filled in here key by key, and other tests run beside.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

// That a button must have been seen for a second is tried in a browser: tests/e2e/test_seen.py.
vi.mock("../src/ui/seen", () => ({ useSeen: () => ({ isNew: false, refuses: () => false }) }));

const text = { type: "string" };
const MONEY = { amount: text, asset: text };
const kind = (name: string, properties: KindView["schema"], by = ["owner", "admin"]) => {
  const schema = { type: "object", properties, required: Object.keys(properties) };
  const title = name[0]?.toUpperCase() + name.slice(1);
  const filing = {
    name: "file",
    title: "Apply",
    from: [],
    to: [],
    decides: false,
    approves: false,
    confirms: false,
  };
  const transitions = [{ ...filing, by, schema }];
  return kindView({ name, title, schema, transitions, thresholds: { USD: "1000" } });
};
const MONTHS = { type: "integer", minimum: 1, maximum: 120 };
const KINDS = [
  kind("card", { holder: text, asset: text, limit: text }),
  kind("loan", { ...MONEY, months: MONTHS, purpose: text }),
  kind("transfer", { ...MONEY, user: text, external: text }),
  kind("expense", { ...MONEY, note: text }),
  kind("card_payment", { card: text, ...MONEY, merchant: text }, ["admin"]),
  kind("gift", MONEY, ["admin"]),
];
const ASSETS = [
  { code: "USD", scale: 2 },
  { code: "CREDIT", scale: 0 },
];
const BALANCE: Balance = {
  account: "user:42",
  asset: "USD",
  balance: "500.00",
  available: "500.00",
  held: "0.00",
  confirmed: "500.00",
  version: 1,
  floor: "0.00",
  ceiling: null,
  pending: false,
  provisional: false,
  change: null,
};

// The code of forms comes when they are shown; here it is there.
beforeAll(() => preloadPieces());

const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });

beforeEach(() => {
  vi.spyOn(groat, "bind").mockReturnValue(groat.api);
  arrived = Promise.resolve();
  const state = groat.getState();
  const balances = { [balanceKey("user:42", "USD")]: BALANCE };
  const signedIn = { ...state, phase: "ready", user: "42", name: "Ursula", balances } as const;
  vi.spyOn(groat, "getState").mockReturnValue(signedIn);
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat.api, "kinds").mockResolvedValue({ items: KINDS });
  vi.spyOn(groat.api, "assets").mockResolvedValue({ items: ASSETS });
  vi.spyOn(groat.api, "recipient").mockImplementation(async (to) => {
    if (to === "7") return { user: "7", name: "Kofi Mensah" };
    throw new GroatError("user_not_found", "The server knows nobody with this id or e-mail address.", 404);
  });
  vi.spyOn(groat.api, "requests").mockResolvedValue({ items: [], cursor: null });
});

afterEach(() => {
  cleanup();
  queries.clear();
  vi.restoreAllMocks();
});

/** When the page that is gone to after filing has come. */
let arrived: Promise<void>;

/** The page at an address; where it goes from there is empty. */
function show(address: string) {
  const root = createRootRoute();
  const inside = createRoute({ getParentRoute: () => root, id: "inside" });
  const page = (path: string, component: () => ReactNode, loader = () => Promise.resolve()) =>
    createRoute({ getParentRoute: () => inside, path, component, loader });
  const router = createRouter({
    routeTree: root.addChildren([
      inside.addChildren([
        page("/transfers/new", NewTransferPage),
        page("/requests/$kind/new", FileRequestPage),
        page(
          "/requests/$kind/$id",
          () => <p>Filed</p>,
          () => arrived,
        ),
      ]),
    ]),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  render(
    <GroatProvider client={groat}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </GroatProvider>,
  );
}

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const type = async (label: string, typed: string) => {
  await userEvent.clear(field(label));
  await userEvent.type(field(label), typed);
};
const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));

const FORMS = [
  {
    what: "a card",
    address: "/requests/card/new",
    others: {},
    first: "Name on the card",
    label: "Limit a month, USD",
    refusal: ["amount_wrong", ""],
    act: "Apply",
    filed: ["card", { holder: "Ursula", asset: "USD", limit: "25.00" }],
  },
  {
    what: "a loan",
    address: "/requests/loan/new",
    others: { Months: "12" },
    first: "Amount",
    label: "Amount",
    refusal: ["amount_wrong", ""],
    act: "Apply",
    filed: ["loan", { amount: "25.00", asset: "USD", months: 12, purpose: "" }],
  },
  {
    what: "a transfer",
    address: "/transfers/new",
    others: { "Id or e-mail address": "7" },
    first: "groat user",
    label: "Amount",
    refusal: ["insufficient_funds", ""],
    act: "Send",
    filed: ["transfer", { user: "7", amount: "25.00", asset: "USD" }],
  },
  {
    what: "a request of any kind",
    address: "/requests/expense/new",
    others: { Note: "Train" },
    first: "Amount",
    label: "Amount",
    refusal: ["invalid_data", "It is too much - at `$.amount`"],
    act: "Apply",
    filed: ["expense", { amount: "25.00", asset: "USD", note: "Train" }],
  },
] as const;

test.each(FORMS)(
  "$what: what is wrong is told where it is mended, and what was typed stays",
  async ({ address, others, first, label, refusal: [code, detail], act, filed: [name, data] }) => {
    const file = vi.spyOn(groat.api, "fileRequest");
    show(address);
    await screen.findByRole("button", { name: "Review" });
    for (const [other, typed] of Object.entries(others)) await type(other, typed);

    await press("Review");
    await waitFor(() => expect(document.activeElement).toBe(field(label)));
    expect(field(label).getAttribute("aria-invalid")).toBe("true");
    await type(label, "25");
    expect(field(label).getAttribute("aria-invalid")).toBeNull();

    await press("Review");
    expect(screen.getByTestId("review").textContent).toContain("25.00");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: act }));
    file.mockRejectedValueOnce(new GroatError(code, detail, 422));
    await press(act);
    await waitFor(() => expect(document.activeElement).toBe(field(label)));
    expect(field(label).getAttribute("aria-invalid")).toBe("true");
    expect(field(label).value).toBe("25");
    expect(screen.getAllByRole("alert")).toHaveLength(1);

    await press("Review");
    expect(screen.queryByRole("alert")).toBeNull();
    file.mockRejectedValueOnce(new GroatError("too_many_open", "Too many are open.", 409));
    await press(act);
    expect((await within(screen.getByTestId("review")).findByRole("alert")).textContent).toBe(
      "Too many are open.",
    );
    await press("Change");
    await waitFor(() => expect(document.activeElement).toBe(field(first)));
    expect([field(label).value, field(label).getAttribute("aria-invalid")]).toEqual(["25", null]);
    await press("Review");
    expect(screen.queryByRole("alert")).toBeNull();

    file.mockResolvedValueOnce(requestView({ kind: name }));
    await press(act);
    await screen.findByText("Filed");
    expect(file.mock.calls.map(([...call]) => call.slice(0, 2))).toEqual(Array(3).fill([name, data]));
  },
);

test.each(FORMS)(
  "$what is filed once, however often it is sent on the way to the next page",
  async (form) => {
    const file = vi.spyOn(groat.api, "fileRequest").mockResolvedValue(requestView({ kind: form.filed[0] }));
    let arrive = () => {};
    arrived = new Promise((resolve) => {
      arrive = resolve;
    });
    show(form.address);
    await screen.findByRole("button", { name: "Review" });
    for (const [other, typed] of Object.entries({ ...form.others, [form.label]: "25" }))
      await type(other, typed);
    await press("Review");
    await press(form.act);
    await userEvent.keyboard("{Enter}");
    expect(file).toHaveBeenCalledOnce();
    await press("Change");
    expect(screen.getByTestId("review")).toBeTruthy();
    arrive();
    await screen.findByText("Filed");
  },
);

test("an account that is to be kept is kept once, whatever becomes of the transfer", async () => {
  const file = vi.spyOn(groat.api, "fileRequest");
  show("/transfers/new");
  await userEvent.click(await screen.findByRole("radio", { name: "Another bank" }));
  await type("Account number or IBAN", "de89 3704 0044 0532 0130 00");
  await type("Name of the holder", "Erika");
  await userEvent.click(screen.getByRole("checkbox", { name: "Save for another time" }));
  await type("Amount", "25");
  await press("Review");
  file.mockResolvedValueOnce(requestView({ id: "b1", kind: "beneficiary" }));
  file.mockRejectedValueOnce(new GroatError("too_many_open", "Too many are open.", 409));
  await press("Send");
  await screen.findByRole("alert");
  file.mockResolvedValueOnce(requestView({ kind: "transfer" }));
  await press("Send");
  await screen.findByText("Filed");
  const transfer = ["transfer", { beneficiary: "b1", amount: "25.00", asset: "USD" }];
  expect(file.mock.calls.map(([...call]) => call.slice(0, 2))).toEqual([
    ["beneficiary", { external: "DE89370400440532013000", name: "Erika" }],
    transfer,
    transfer,
  ]);
});

const PEOPLE = [
  { user: "7", name: "Gerda", email: "gerda@example.org" },
  { user: "71", name: "Geraldine", email: null },
  { user: "42", name: "Ursula", email: null },
];
const HERS = { account: "user:7", asset: "CREDIT", balance: "80", available: "80", held: "0", version: 3 };

/** An administrator reads the page; people are found by what their id, name or e-mail address contains. */
function asStaff() {
  vi.spyOn(groat, "getState").mockReturnValue({ ...groat.getState(), roles: ["admin"] });
  vi.spyOn(groat, "watch").mockReturnValue(() => {});
  vi.spyOn(groat.api, "users").mockImplementation(async ({ q = "" } = {}) => ({
    items: PEOPLE.filter(({ user, name, email }) => `${user} ${name} ${email}`.includes(q)).map((person) => ({
      ...person,
      roles: [],
      disabled: false,
      balances: [],
    })),
    cursor: null,
  }));
  vi.spyOn(groat.api, "request").mockImplementation(async (path) => {
    const person = PEOPLE.find(({ user }) => path === `/v1/users/${user}`);
    if (!person) throw new GroatError("user_not_found", "", 404);
    return { ...person, balances: [] } as never;
  });
  vi.spyOn(groat.api, "account").mockImplementation(async (account) => ({
    account,
    balances: account === "user:7" ? [HERS] : [],
  }));
  return vi.spyOn(groat.api, "fileRequest").mockResolvedValue(requestView());
}

test("staff find the person by name, with the keyboard alone, and file for them", async () => {
  const file = asStaff();
  show("/requests/gift/new");
  const search = await screen.findByRole("combobox", { name: "For" });
  await screen.findByRole("option", { name: /Gerda/ });
  // Nothing is filled in for nobody.
  expect(screen.queryByRole("button", { name: "Review" })).toBeNull();
  search.focus();
  await userEvent.keyboard("Ger");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(2));
  await userEvent.keyboard("{ArrowDown}");
  const active = () => document.getElementById(search.getAttribute("aria-activedescendant") ?? "");
  expect(active()?.textContent).toContain("Geraldine");
  await userEvent.keyboard("{ArrowUp}{Enter}");
  expect(within(screen.getByTestId("person")).getByText("Gerda")).toBeTruthy();
  expect(document.activeElement?.textContent).toBe("Change person");
  await type("Amount", "25");
  await press("Review");
  await press("Apply");
  await screen.findByText("Filed");
  expect(file.mock.calls[0]).toEqual([
    "gift",
    { amount: "25.00", asset: "USD" },
    expect.objectContaining({ user: "7" }),
  ]);
});

test.each([
  [
    "a loan",
    "loan",
    { Amount: "80", Months: "12" },
    { amount: "80", asset: "CREDIT", months: 12, purpose: "" },
  ],
  ["a card", "card", { "Limit a month, CREDIT": "80" }, { holder: "Gerda", limit: "80", asset: "CREDIT" }],
  ["a transfer", "transfer", { "Id or e-mail address": "8", Amount: "80" }, {}],
] as const)(
  "staff file %s by the program's own form, with the person's own balances",
  async (_what, kind, typed, data) => {
    const file = asStaff();
    vi.spyOn(groat.api, "recipient").mockResolvedValue({ user: "8", name: "Kofi Mensah" });
    show(`/requests/${kind}/new`);
    await userEvent.click(await screen.findByRole("option", { name: /Gerda/ }));
    await screen.findByRole("button", { name: "Review" });
    for (const [label, value] of Object.entries(typed)) await type(label, value);
    await press("Review");
    expect((await screen.findByTestId("review")).textContent).not.toMatch(/\byour?\b/i);
    await press(kind === "transfer" ? "Send" : "Apply");
    await screen.findByText("Filed");
    expect(file.mock.calls[0]).toEqual([
      kind,
      kind === "transfer" ? { user: "8", amount: "80", asset: "CREDIT" } : data,
      expect.objectContaining({ user: "7" }),
    ]);
  },
);

test("a card's payment is in the asset of the card, of those that the person has", async () => {
  const file = asStaff();
  const card = (id: string, user: string, last4: string, asset: string) => {
    const data = { holder: "Gerda", asset, limit: "900", last4, expiry: "2030-11", month: "", spent: "" };
    return requestView({ id, kind: "card", user, state: "active", data });
  };
  const cards = [
    card("c1", "7", "4711", "USD"),
    card("c2", "7", "0815", "CREDIT"),
    card("c3", "7", "", "USD"),
  ];
  vi.spyOn(groat.api, "requests").mockImplementation(async ({ kind: name, user } = {}) => ({
    items: name === "card" && user === "7" ? cards : [],
    cursor: null,
  }));
  show("/requests/card_payment/new?for=7");
  const choice = await screen.findByLabelText<HTMLSelectElement>("Card");
  // One that has not been made yet pays nothing.
  expect([...choice.options].map(({ text }) => text)).toEqual([
    "•••• 4711 · Gerda · USD",
    "•••• 0815 · Gerda · CREDIT",
  ]);
  await userEvent.selectOptions(choice, "c2");
  await press("Review");
  expect(screen.getAllByRole("alert")).toHaveLength(2);
  await type("Amount, CREDIT", "30");
  await type("Merchant", "Bakery");
  await press("Review");
  await press("Apply");
  await screen.findByText("Filed");
  expect(file.mock.calls[0]).toEqual([
    "card_payment",
    { card: "c2", amount: "30", asset: "CREDIT", merchant: "Bakery" },
    expect.objectContaining({ user: "7" }),
  ]);
});

test("who chose the wrong person chooses another, and nothing of the first one stays", async () => {
  const file = asStaff();
  show("/requests/gift/new?for=7");
  await screen.findByLabelText("Amount");
  await type("Amount", "25");
  await press("Change person");
  expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "For" }));
  expect(screen.queryByLabelText("Amount")).toBeNull();
  await userEvent.click(await screen.findByRole("option", { name: /Geraldine/ }));
  expect(field("Amount").value).toBe("");
  await type("Amount", "30");
  await press("Review");
  await press("Apply");
  await screen.findByText("Filed");
  expect(file.mock.calls[0]?.[2]).toEqual(expect.objectContaining({ user: "71" }));
});

test("staff may file for themselves where its owner may, and only there", async () => {
  const file = asStaff();
  show("/requests/gift/new");
  await screen.findByRole("option", { name: /Gerda/ });
  expect(screen.queryByRole("option", { name: /\(you\)/ })).toBeNull();
  cleanup();
  show("/requests/loan/new");
  await userEvent.click(await screen.findByRole("option", { name: /Ursula \(you\)/ }));
  await screen.findByLabelText("Months");
  await type("Amount", "25");
  await type("Months", "12");
  await press("Review");
  await press("Apply");
  await screen.findByText("Filed");
  expect(file.mock.calls[0]?.[2]).not.toHaveProperty("user");
});

test("where the house may own requests, it is chosen in the same list, and files under its stream", async () => {
  const file = asStaff();
  const gift = KINDS.find(({ name }) => name === "gift") as KindView;
  const owners = ["house:promo", "house:fund:*"];
  vi.spyOn(groat.requests, "kinds").mockResolvedValue([{ ...gift, owners }]);
  queries.clear();
  show("/requests/gift/new");
  expect((await screen.findByRole("option")).textContent).toContain("house:promo");
  const search = screen.getByRole("combobox", { name: "For" });
  await userEvent.type(search, "house:funds:x");
  await waitFor(() => expect(screen.queryByRole("option")).toBeNull());
  await userEvent.clear(search);
  await userEvent.type(search, "house:fund:summer");
  await waitFor(() => expect(screen.getByRole("option").textContent).toContain("house:fund:summer"));
  await userEvent.keyboard("{Enter}");
  expect(screen.getByTestId("person").textContent).toContain("house:fund:summer");
  await type("Amount", "25");
  await press("Review");
  await press("Apply");
  await screen.findByText("Filed");
  expect(groat.api.users).not.toHaveBeenCalled();
  const options = file.mock.calls[0]?.[2];
  expect(options).toEqual(expect.objectContaining({ owner: "house:fund:summer" }));
  expect(options).not.toHaveProperty("user");
});

test("an address with an id that nobody has says so", async () => {
  asStaff();
  show("/requests/gift/new?for=nobody");
  expect((await screen.findByRole("alert")).textContent).toBe("Nobody here has the id nobody.");
});

test("a phone offers a point only where the asset has fractions", async () => {
  show("/requests/loan/new");
  await screen.findByRole("option", { name: "CREDIT" });
  expect(field("Amount").getAttribute("inputmode")).toBe("decimal");
  await userEvent.selectOptions(field("Asset"), "CREDIT");
  expect(field("Amount").getAttribute("inputmode")).toBe("numeric");
});

test("who gets the money is named before it is sent, and an unknown one is told at their field", async () => {
  show("/transfers/new");
  await screen.findByLabelText("Amount");
  await type("Id or e-mail address", "8");
  await type("Amount", "25");
  await press("Review");
  expect((await screen.findByRole("alert")).textContent).toContain("nobody with this id");
  expect(field("Id or e-mail address").getAttribute("aria-invalid")).toBe("true");
  expect(screen.queryByTestId("review")).toBeNull();
  // It is not wrong any more as soon as it is changed.
  await type("Id or e-mail address", "7");
  expect(screen.queryByRole("alert")).toBeNull();
  await press("Review");
  expect((await screen.findByTestId("review")).textContent).toContain("Kofi Mensah (7)");
});
