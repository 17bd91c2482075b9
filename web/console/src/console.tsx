import { GroatError } from "@groat/client";
import { GroatProvider } from "@groat/react";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { Toaster, toast } from "sonner";
import { groat } from "./groat";
import "./programs";
import { kindsQuery } from "./api/requests";
import { applyTheme, theme } from "./lib/settings";
import { onRegister } from "./registry/registry";
import { createConsoleRouter } from "./router";
import "./styles.css";

const queries = new QueryClient({
  // The client repeats reads by itself; a refusal does not become a yes by asking again.
  // Nor does asking wait for a network: what cannot be had says so, and is asked for when the server is back.
  defaultOptions: {
    queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: true, networkMode: "always" },
  },
  queryCache: new QueryCache({
    onError: (error) => {
      if (!(error instanceof GroatError)) console.error(error);
    },
  }),
});
const router = createConsoleRouter();

// Forget what one person has read before the next one comes, and the errors of their session, which arrive a moment later.
groat.onChange((change) => {
  if (change.type !== "identity") return;
  queries.clear();
  toast.dismiss();
  setTimeout(() => toast.dismiss());
});

groat.subscribe(
  (state) => state.status.state === "live",
  (live) => {
    const failed = ({ state }: { state: { status: string } }) => state.status === "error";
    if (live) void queries.refetchQueries({ type: "active", predicate: failed });
  },
);

// A module that comes later may say what its kinds are called.
onRegister(() => void queries.invalidateQueries({ queryKey: kindsQuery.queryKey }));

function Console() {
  const choice = theme.use();
  useEffect(() => applyTheme(choice), [choice]);
  return (
    <GroatProvider client={groat}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Toaster
          theme={choice}
          position="bottom-right"
          offset={20}
          mobileOffset={{ bottom: 76, left: 12, right: 12 }}
          toastOptions={{
            classNames: {
              toast: "num !rounded-lg !border-line !bg-raised !text-ink !shadow-float !font-sans",
              description: "!text-muted",
              success: "[&_[data-icon]]:!text-good",
              error: "[&_[data-icon]]:!text-bad",
              info: "[&_[data-icon]]:!text-accent",
            },
          }}
        />
      </QueryClientProvider>
    </GroatProvider>
  );
}

const root = document.getElementById("root");
if (!root) throw new Error("the page has no element with id root");
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
