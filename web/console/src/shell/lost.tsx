import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { Button } from "../ui/button";
import { EmptyState, ErrorState } from "../ui/states";
import { Card } from "../ui/surface";

/** Shown in the place of a page, at an address that none has. */
export function Lost() {
  return (
    <EmptyState
      page
      icon={<Compass aria-hidden />}
      title={t`There is no such page`}
      action={
        <Button asChild look="primary">
          <Link to="/">
            <Trans>To my balance</Trans>
          </Link>
        </Button>
      }
    >
      <Trans>The address may be mistyped, or the page has moved.</Trans>
    </EmptyState>
  );
}

/** A page that broke: the rest of the console goes on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Card>
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Card>
  );
}

/** Shown when even the frame around the pages broke. */
export function Oops(props: ErrorComponentProps) {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <Broken {...props} />
    </main>
  );
}
