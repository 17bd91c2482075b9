import { type AnyRoute, createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { UnknownPage } from "./modules/missing-modules";
import type { Page } from "./registry/program";
import { onRegister, pagesOf, registered } from "./registry/registry";
import { Gate } from "./shell/gate";
import { Broken, Oops } from "./shell/lost";
import { lazyPage } from "./shell/missing";
import { Shell } from "./shell/shell";

const root = createRootRoute({ component: Outlet, errorComponent: Oops });

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

/** An address that no page has: the program whose page it is may not be here yet. */
const unknown = createRoute({ getParentRoute: () => inside, path: "$", component: UnknownPage });

const OWN = [
  overview,
  users,
  userRoute,
  audit,
  keys,
  inbox,
  requestsIndex,
  requests,
  fileRequest,
  request,
  unknown,
] as const;

/** The routes of the programs' pages; one that was made stays the same when another program comes. */
const made = new WeakMap<Page, AnyRoute>();

function routeOf(page: Page): AnyRoute {
  const { path, component, search } = page;
  const route =
    made.get(page) ??
    createRoute({ getParentRoute: () => inside, path, component, ...(search && { validateSearch: search }) });
  made.set(page, route);
  return route;
}

/** The types know the console's own addresses; those of programs are texts. */
const programRoutes = () => pagesOf(registered()).map(routeOf) as unknown as [];
const treeOf = () => root.addChildren([login, inside.addChildren([...OWN, ...programRoutes()])]);

export function createConsoleRouter() {
  const router = createRouter({
    routeTree: treeOf(),
    defaultPreload: "intent",
    defaultErrorComponent: Broken,
    scrollRestoration: true,
  });
  onRegister(() => {
    treeOf();
    router.setRoutes(router.buildRouteTree());
    void router.invalidate();
  });
  return router;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
