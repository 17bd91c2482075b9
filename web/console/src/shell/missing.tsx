import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { CloudOff, RefreshCw, RotateCw } from "lucide-react";
import type { ComponentType } from "react";
import { useEffect, useState } from "react";
import { groat } from "../groat";
import { lazyPart } from "../lib/lazy";
import type { Piece } from "../registry/program";
import { Button } from "../ui/button";
import { EmptyState, Notice, Skeleton } from "../ui/states";
import { Card } from "../ui/surface";

/** Whether the server answers. If it does, and the code is not there, it has another version by now. */
const reached = (): Promise<boolean> =>
  groat.api.config().then(
    () => true,
    () => false,
  );

/** In the place of a page whose code could not be had. The rest of the console goes on. */
export function MissingPage({ retry }: { retry: () => void }) {
  const [outdated, setOutdated] = useState(false);
  useEffect(() => {
    let left = false;
    void reached().then((answers) => !left && setOutdated(answers));
    return () => {
      left = true;
    };
  }, []);
  return (
    <Card role="alert" data-testid="missing-page">
      {outdated ? (
        <EmptyState
          page
          icon={<RefreshCw aria-hidden />}
          title={t`A newer version is available`}
          action={
            <Button look="primary" onClick={() => window.location.reload()}>
              <RefreshCw aria-hidden /> <Trans>Reload</Trans>
            </Button>
          }
        >
          <Trans>This page belongs to it. Reload to open it.</Trans>
        </EmptyState>
      ) : (
        <EmptyState
          page
          icon={<CloudOff aria-hidden />}
          title={navigator.onLine ? t`The server cannot be reached` : t`You are offline`}
          action={
            <Button look="primary" onClick={retry}>
              <RotateCw aria-hidden /> <Trans>Try again</Trans>
            </Button>
          }
        >
          <Trans>This page is not on this device yet. It opens as soon as the connection is back.</Trans>
        </EmptyState>
      )}
    </Card>
  );
}

const Waiting = () => <Skeleton className="h-72 w-full !rounded-xl" />;

/**
 * A page whose code comes when it is opened. What the module's pages look like is not asked here: their types ask the router, whose
 * type asks this.
 */
export function lazyPage<Module, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
): Piece {
  const page = load as () => Promise<Record<string, unknown>> as () => Promise<Record<Name, ComponentType>>;
  return lazyPart<Name, object>(page, name, { waiting: Waiting, missing: MissingPage });
}

/** In the place of a part of a page whose code could not be had. */
function MissingPiece({ retry }: { retry: () => void }) {
  return (
    <Notice tone="warn" role="alert" title={t`This part could not be loaded`}>
      <Button size="sm" className="mt-2" onClick={retry}>
        <RotateCw aria-hidden /> <Trans>Try again</Trans>
      </Button>
    </Notice>
  );
}

const WaitingPiece = () => <Skeleton className="h-40 w-full" />;

/** A part of a page, such as the face or the form of a kind, whose code comes when it is shown. */
export function lazyPiece<Name extends string, Props extends object>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
): Piece<Props> {
  return lazyPart<Name, Props>(load, name, { waiting: WaitingPiece, missing: MissingPiece });
}
