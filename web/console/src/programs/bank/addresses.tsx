import { GroatError, type RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Copy, Loader2, Plus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { copyText } from "../../lib/clipboard";
import { useOwn } from "../../requests/request-list";
import { useFile } from "../../requests/use-file";
import { Button } from "../../ui/button";
import { ErrorState, Skeleton } from "../../ui/states";
import { Card, CardHeader } from "../../ui/surface";
import { Time } from "../../ui/text";
import { dataOf, spaced } from "./data";

const SHOWN = 2;

/** Lists the addresses that receive coins: the latest, and the others on demand. */
export function Addresses() {
  const addresses = useOwn("bitcoin_address");
  const { file, busy } = useFile();
  const [all, setAll] = useState(false);
  const open = addresses.items.filter((request) => request.open);
  const shown = all ? open : open.slice(0, SHOWN);

  async function more() {
    try {
      await file("bitcoin_address", {});
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      toast.error(explain(error), { id: "bitcoin-address" });
    }
  }

  return (
    <Card data-testid="addresses" className="flex flex-col">
      <CardHeader title={t`Receive`} hint={t`What arrives here is yours.`}>
        <Button
          size="sm"
          look={!addresses.loading && !addresses.error && open.length === 0 ? "primary" : "secondary"}
          guard={`address beside ${open.length}`}
          busy={busy}
          onClick={() => void more()}
        >
          <Plus aria-hidden /> <Trans>New address</Trans>
        </Button>
      </CardHeader>
      {addresses.loading && addresses.items.length === 0 ? (
        <Skeleton className="mx-5 mb-5 h-16" />
      ) : addresses.error && open.length === 0 ? (
        <ErrorState error={addresses.error} onRetry={addresses.refresh} />
      ) : open.length === 0 ? (
        <p className="px-4 pb-5 text-muted text-sm sm:px-5">
          <Trans>No address yet.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {shown.map((request) => (
            <Address key={request.id} request={request} />
          ))}
        </ul>
      )}
      {open.length > SHOWN && (
        <div className="border-line border-t p-1.5">
          <Button size="sm" look="quiet" className="w-full" onClick={() => setAll(!all)}>
            {all ? t`Show fewer` : t`Show all ${open.length}`}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Address({ request }: { request: RequestView }) {
  const data = dataOf("bitcoin_address", request);
  return (
    <li className="flex items-start gap-3 px-4 py-3 text-sm sm:px-5" data-testid="address">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <Link
            to="/requests/$kind/$id"
            params={{ kind: "bitcoin_address", id: request.id }}
            className="rounded-sm font-medium hover:underline"
          >
            {data?.note || t`Address`}
          </Link>
          <Time at={request.filed_at} form="age" className="text-faint text-xs" />
        </p>
        {data?.address ? (
          <p className="mt-0.5 font-mono text-[0.8125rem] text-muted leading-5">{spaced(data.address)}</p>
        ) : (
          <p role="status" className="mt-0.5 inline-flex items-center gap-2 text-muted">
            <Loader2 className="size-3.5 animate-spin" aria-hidden /> <Trans>Being made …</Trans>
          </p>
        )}
      </div>
      {data?.address && (
        <Button size="sm" onClick={() => void copyText(data.address, t`Address copied`)}>
          <Copy aria-hidden /> <Trans>Copy</Trans>
          <span className="sr-only">
            {" "}
            <Trans>address {data.note}</Trans>
          </span>
        </Button>
      )}
    </li>
  );
}
