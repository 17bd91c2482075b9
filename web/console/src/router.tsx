import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { Gate } from "./shell/gate";
import { Broken, Lost, Oops } from "./shell/lost";
import { lazyPage } from "./shell/missing";
import { Shell } from "./shell/shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost, errorComponent: Oops });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyPage(() => import("./pages/login"), "LoginPage"),
});

/** Everything behind the login. Signed-out visitors see the login in its place and come back to where they wanted. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  errorComponent: Oops,
  component: () => (
    <Gate>
      <Shell />
    </Gate>
  ),
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyPage(() => import("./pages/overview"), "OverviewPage"),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: "/users",
  component: lazyPage(() => import("./pages/users"), "UsersPage"),
  validateSearch: (search: Record<string, unknown>): { q?: string } =>
    typeof search.q === "string" && search.q ? { q: search.q } : {},
});

const userRoute = createRoute({
  getParentRoute: () => inside,
  path: "/users/$user",
  component: lazyPage(() => import("./pages/user"), "UserPage"),
});

const bulk = createRoute({
  getParentRoute: () => inside,
  path: "/bulk",
  component: lazyPage(() => import("./pages/bulk"), "BulkPage"),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  component: lazyPage(() => import("./pages/audit"), "AuditPage"),
  validateSearch: (search: Record<string, unknown>): { actor?: string; target?: string } => ({
    ...(typeof search.actor === "string" && search.actor && { actor: search.actor }),
    ...(typeof search.target === "string" && search.target && { target: search.target }),
  }),
});

const keys = createRoute({
  getParentRoute: () => inside,
  path: "/keys",
  component: lazyPage(() => import("./pages/keys"), "KeysPage"),
});

const notifications = createRoute({
  getParentRoute: () => inside,
  path: "/notifications",
  component: lazyPage(() => import("./programs/notifications/page"), "NotificationsPage"),
});

const inbox = createRoute({
  getParentRoute: () => inside,
  path: "/inbox",
  component: lazyPage(() => import("./pages/inbox"), "InboxPage"),
  validateSearch: (
    search: Record<string, unknown>,
  ): { kind?: string; user?: string; sort?: "oldest" | "largest"; id?: string } => ({
    ...(typeof search.kind === "string" && search.kind && { kind: search.kind }),
    // Ids may look like numbers, and then they are read as such.
    ...(search.user !== undefined && { user: String(search.user) }),
    ...((search.sort === "oldest" || search.sort === "largest") && { sort: search.sort }),
    ...(typeof search.id === "string" && search.id && { id: search.id }),
  }),
});

const transfers = createRoute({
  getParentRoute: () => inside,
  path: "/transfers",
  component: lazyPage(() => import("./programs/bank/pages/transfers"), "TransfersPage"),
});

const newTransfer = createRoute({
  getParentRoute: () => inside,
  path: "/transfers/new",
  component: lazyPage(() => import("./programs/bank/pages/new-transfer"), "NewTransferPage"),
  // A saved recipient that is chosen already.
  validateSearch: (search: Record<string, unknown>): { to?: string } =>
    typeof search.to === "string" && search.to ? { to: search.to } : {},
});

const cards = createRoute({
  getParentRoute: () => inside,
  path: "/cards",
  component: lazyPage(() => import("./programs/bank/pages/cards"), "CardsPage"),
});

const loans = createRoute({
  getParentRoute: () => inside,
  path: "/loans",
  component: lazyPage(() => import("./programs/bank/pages/loans"), "LoansPage"),
});

const bitcoin = createRoute({
  getParentRoute: () => inside,
  path: "/bitcoin",
  component: lazyPage(() => import("./programs/bank/pages/bitcoin"), "BitcoinPage"),
});

const statements = createRoute({
  getParentRoute: () => inside,
  path: "/statements",
  component: lazyPage(() => import("./programs/statements/page"), "StatementsPage"),
  validateSearch: (search: Record<string, unknown>): { account?: string } =>
    typeof search.account === "string" && search.account ? { account: search.account } : {},
});

const requestsIndex = createRoute({
  getParentRoute: () => inside,
  path: "/requests",
  component: lazyPage(() => import("./pages/requests"), "RequestsIndexPage"),
});

const requests = createRoute({
  getParentRoute: () => inside,
  path: "/requests/$kind",
  component: lazyPage(() => import("./pages/requests"), "RequestsPage"),
  validateSearch: (search: Record<string, unknown>): { state?: string } =>
    typeof search.state === "string" && search.state ? { state: search.state } : {},
});

const fileRequest = createRoute({
  getParentRoute: () => inside,
  path: "/requests/$kind/new",
  component: lazyPage(() => import("./pages/file-request"), "FileRequestPage"),
  // The form begins with the values in the address.
  validateSearch: (search: Record<string, unknown>): Record<string, unknown> => search,
});

const request = createRoute({
  getParentRoute: () => inside,
  path: "/requests/$kind/$id",
  component: lazyPage(() => import("./pages/request"), "RequestPage"),
  validateSearch: (search: Record<string, unknown>): { from?: "inbox" } =>
    search.from === "inbox" ? { from: "inbox" } : {},
});

const tree = root.addChildren([
  login,
  inside.addChildren([
    overview,
    users,
    userRoute,
    bulk,
    audit,
    keys,
    notifications,
    transfers,
    newTransfer,
    cards,
    loans,
    bitcoin,
    statements,
    inbox,
    requestsIndex,
    requests,
    fileRequest,
    request,
  ]),
]);

export function createConsoleRouter() {
  return createRouter({
    routeTree: tree,
    defaultPreload: "intent",
    defaultErrorComponent: Broken,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
