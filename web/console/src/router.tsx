import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { Gate } from "./shell/gate";
import { Lost, Oops } from "./shell/lost";
import { Shell } from "./shell/shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost, errorComponent: Oops });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyRouteComponent(() => import("./pages/login"), "LoginPage"),
});

/** Everything behind the login. Signed-out visitors see the login in its place and come back to where they wanted. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: () => (
    <Gate>
      <Shell />
    </Gate>
  ),
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/overview"), "OverviewPage"),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: "/users",
  component: lazyRouteComponent(() => import("./pages/users"), "UsersPage"),
  validateSearch: (search: Record<string, unknown>): { q?: string } =>
    typeof search.q === "string" && search.q ? { q: search.q } : {},
});

const userRoute = createRoute({
  getParentRoute: () => inside,
  path: "/users/$user",
  component: lazyRouteComponent(() => import("./pages/user"), "UserPage"),
});

const bulk = createRoute({
  getParentRoute: () => inside,
  path: "/bulk",
  component: lazyRouteComponent(() => import("./pages/bulk"), "BulkPage"),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  component: lazyRouteComponent(() => import("./pages/audit"), "AuditPage"),
  validateSearch: (search: Record<string, unknown>): { actor?: string; target?: string } => ({
    ...(typeof search.actor === "string" && search.actor && { actor: search.actor }),
    ...(typeof search.target === "string" && search.target && { target: search.target }),
  }),
});

const keys = createRoute({
  getParentRoute: () => inside,
  path: "/keys",
  component: lazyRouteComponent(() => import("./pages/keys"), "KeysPage"),
});

const tree = root.addChildren([login, inside.addChildren([overview, users, userRoute, bulk, audit, keys])]);

export function createConsoleRouter() {
  return createRouter({ routeTree: tree, defaultPreload: "intent", scrollRestoration: true });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
