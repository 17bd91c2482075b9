import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Fragment, type ReactNode } from "react";
import { explain } from "../api/problem";
import { groat } from "../groat";
import { lazyPart } from "../lib/lazy";
import { useRights } from "../live/hooks";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/states";
import { Coin } from "../ui/text";
import { MissingPage } from "./missing";

/** The sign-in page, or a note about it for a person who is signed out while the device is offline. */
export const Login = lazyPart(() => import("../pages/login"), "LoginForm", {
  waiting: Splash,
  missing: ({ retry }) => (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <MissingPage retry={retry} />
    </main>
  ),
});

/** Lets in who is signed in; shows the login to everybody else. What a page holds goes with its session. */
export function Gate({ children }: { children: ReactNode }) {
  const phase = useLive((state) => state.phase);
  const session = useLive((state) => state.session);
  const known = useLive((state) => state.user !== null);
  if (phase === "signed-out") {
    return <Login />;
  }
  return known ? <Fragment key={session}>{children}</Fragment> : <Splash />;
}

/** Shown until it is known who is there; says so when the server cannot be reached. */
function Splash() {
  const error = useLive((state) => state.error);
  return (
    <div className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center">
      <Coin className="size-10 animate-breathe text-muted" />
      {error ? (
        <div role="alert">
          <p className="font-medium">
            <Trans>The server cannot be reached</Trans>
          </p>
          <p className="mt-1 text-muted text-sm">{explain(error)}</p>
          <Button
            className="mt-4"
            onClick={() => {
              groat.stop();
              groat.start();
            }}
          >
            <Trans>Try again</Trans>
          </Button>
        </div>
      ) : (
        <p role="status" className="text-muted text-sm">
          <Trans>Opening …</Trans>
        </p>
      )}
    </div>
  );
}

/** A page for some roles only. The server decides; this spares others a page of refusals. */
export function StaffOnly({ admin = false, children }: { admin?: boolean; children: ReactNode }) {
  const rights = useRights();
  if (admin ? rights.admin : rights.staff) return children;
  return (
    <EmptyState page title={admin ? t`This page is for administrators` : t`This page is for staff`}>
      <Trans>Ask an administrator if you should be able to see it.</Trans>
    </EmptyState>
  );
}
