/** A program that registers while the console is open, as one of somebody else's does. */
import { GroatProvider } from "@groat/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { act, cleanup, configure, render, screen, within } from "@testing-library/react";
import { HandCoins } from "lucide-react";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import "../src/programs";
import type { FaceProps, FormProps, Piece } from "../src/registry/program";
import { register } from "../src/registry/registry";
import { createConsoleRouter } from "../src/router";
import { kindView, requestView, stateView } from "./help";

// Whole pages are mounted here, and other tests run beside.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

const text = { type: "string" };
const schema = { type: "object", properties: { note: text }, required: ["note"] };
const filing = {
  name: "file",
  title: "Ask",
  from: [],
  to: ["open"],
  by: ["owner"],
  decides: false,
  approves: false,
  confirms: false,
  schema,
};
const kind = (name: string, title: string) =>
  kindView({ name, title, schema, states: [stateView("open")], transitions: [filing] });
const KINDS = [
  kind("favour", "Favour"),
  kind("wish", "Wish"),
  // Another program's: it has nothing of a bank's loan.
  kind("loan", "Library loan"),
];

// The code of pages comes when they are shown; here it is there.
beforeAll(async () => {
  const routes = Object.values(createConsoleRouter().routesById);
  const pages = routes.map(({ options }) => options.component as Piece | undefined);
  await Promise.all(pages.map((page) => page?.preload?.()));
}, 60_000);

beforeEach(() => {
  const state = groat.getState();
  const signedIn = { ...state, phase: "ready", user: "42", name: "Ursula", session: 1 } as const;
  vi.spyOn(groat, "getState").mockReturnValue(signedIn);
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat.api, "kinds").mockResolvedValue({ items: KINDS });
  vi.spyOn(groat.api, "assets").mockResolvedValue({ items: [] });
  vi.spyOn(groat.api, "config").mockResolvedValue({} as never);
  vi.spyOn(groat.api, "requests").mockImplementation(async ({ kind: name = "" } = {}) => ({
    items: [requestView({ id: `${name}-1`, kind: name, data: { note: `A ${name}` }, state: "open" })],
    cursor: null,
  }));
  vi.spyOn(groat.api, "findRequest").mockImplementation(async (name, id) =>
    requestView({ id, kind: name, data: { note: `A ${name}` }, state: "open" }),
  );
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** The whole console at an address. */
function open(address: string) {
  window.history.pushState(null, "", address);
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <GroatProvider client={groat}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={createConsoleRouter()} />
      </QueryClientProvider>
    </GroatProvider>,
  );
}

async function navigation(): Promise<HTMLElement> {
  const [first] = await screen.findAllByRole("navigation", { name: "Main" });
  return first as HTMLElement;
}

test("its page, its place in the navigation and its faces are there at once, in the console as it is", async () => {
  open("/favours/7");
  const main = await navigation();
  expect(await screen.findByText("There is no such page")).toBeTruthy();
  expect(within(main).queryByRole("link", { name: "Favours" })).toBeNull();
  act(() =>
    register({
      name: "favours",
      pages: [{ path: "/favours/$id", component: () => <h1>All favours</h1> }],
      nav: [{ section: "own", to: "/favours/7", label: "Favours", icon: HandCoins }],
      kinds: {
        favour: {
          plural: "Favours asked for",
          Line: ({ request }) => <i>small: {String(request.data.note)}</i>,
          Face: ({ kind: { title } }: FaceProps) => <b>The face of a {title}</b>,
          form: { title: "Ask a favour", Form: ({ owner }: FormProps) => <b>Asked by {owner}</b> },
        },
        wish: {
          Line: () => {
            throw new Error("a line that breaks");
          },
          Face: () => {
            throw new Error("a face that breaks");
          },
          form: {
            title: "Make a wish",
            Form: () => {
              throw new Error("a form that breaks");
            },
          },
        },
      },
    }),
  );
  expect(await screen.findByRole("heading", { name: "All favours" })).toBeTruthy();
  const places = within(main).getAllByRole("link");
  expect(places.map(({ textContent }) => textContent)).toEqual([
    "My balance",
    "Favours",
    "Requests",
    "Statements",
    "Notifications",
  ]);
});

test("its kind has its line, its face, its form and its plural", async () => {
  open("/requests/favour");
  expect(await screen.findByRole("heading", { name: "Favours asked for" })).toBeTruthy();
  expect(await screen.findByText("small: A favour")).toBeTruthy();
  cleanup();
  open("/requests/favour/favour-1");
  expect(await screen.findByText("The face of a Favour")).toBeTruthy();
  cleanup();
  open("/requests/favour/new");
  expect(await screen.findByText("Asked by 42")).toBeTruthy();
  expect(screen.getByRole("heading", { name: "Ask a favour" })).toBeTruthy();
});

test("where its components break, what is made from the declaration stands in their place", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
  open("/requests/wish");
  expect(await screen.findByText("A wish")).toBeTruthy();
  cleanup();
  open("/requests/wish/wish-1");
  const record = await screen.findByTestId("record");
  expect(within(record).getByText("Note")).toBeTruthy();
  cleanup();
  open("/requests/wish/new");
  expect(await screen.findByLabelText("Note")).toBeTruthy();
  expect(errors).toHaveBeenCalled();
});

test("a kind of the same name with other data has neither the bank's looks nor its page", async () => {
  open("/requests/loan/new");
  expect(await screen.findByLabelText("Note")).toBeTruthy();
  expect(screen.getByRole("heading", { name: "New library loan" })).toBeTruthy();
  expect(within(await navigation()).queryByRole("link", { name: "Loans" })).toBeNull();
});

test.each([
  [{ name: "favours", pages: [] }, "there is a program favours already"],
  [{ name: "Favours!", pages: [] }, 'a program cannot have the name "Favours!"'],
  [{ name: "a", pages: ["/users/mine"] }, "a: the addresses under /users belong to the console"],
  [{ name: "a", pages: ["/loans/mine"] }, "a: the addresses under /loans belong to bank"],
  [{ name: "a", pages: ["/fine", "wrong"] }, "a: the address wrong does not begin with a slash"],
])("%j is not registered: %s", ({ name, pages }, why) => {
  const component = () => null;
  expect(() => register({ name, pages: pages.map((path) => ({ path, component })) })).toThrow(why);
});
