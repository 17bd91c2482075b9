import type { HoldView } from "@groat/client";
import type { HistoryRow } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { holdQuery } from "../api/queries";
import { groat } from "../groat";
import { useLiveBalance, useRights } from "../live/hooks";
import { Button } from "../ui/button";
import { Amount, Time } from "../ui/text";

/** So many of the latest holds are looked up. */
const LOOKED_UP = 20;

/** Lists the open holds of a balance. */
export function OpenHolds({
  rows,
  account,
  asset,
}: {
  rows: readonly HistoryRow[];
  account: string;
  asset: string;
}) {
  const held = useLiveBalance(account, asset)?.held;
  const ids = [
    ...new Set(rows.filter((row) => row.kind === "hold" && row.hold).map((row) => row.hold as string)),
  ];
  const holds = useQueries({
    queries: ids.slice(0, LOOKED_UP).map((id) => holdQuery(id, held ?? "")),
  });
  const open = holds.flatMap(({ data }) =>
    data && data.state === "open" && data.source === account && data.asset === asset ? [data] : [],
  );
  if (open.length === 0) return null;
  return (
    <section aria-labelledby="open-holds">
      <h3 id="open-holds" className="mb-1 font-semibold text-sm">
        <Trans>Held now</Trans>
      </h3>
      <ul className="divide-y divide-line border-line border-y" data-testid="open-holds">
        {open.map((hold) => (
          <OpenHold key={hold.id} hold={hold} />
        ))}
      </ul>
    </section>
  );
}

function OpenHold({ hold }: { hold: HoldView }) {
  const { admin } = useRights();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  async function release() {
    setBusy(true);
    try {
      const input = { reason: t`Released by an admin` };
      await groat.write(["release", hold.id, input], (key, api) => api.release(hold.id, input, { key }), {
        title: t`Release a hold`,
      });
      toast.success(t`Hold released`);
      await queries.invalidateQueries({ queryKey: ["hold", hold.id] });
    } catch (error) {
      toast.error(explain(error), { id: `release-${hold.id}` });
    } finally {
      setBusy(false);
    }
  }
  return (
    <li className="flex items-center justify-between gap-4 py-2.5 text-sm">
      <div className="min-w-0">
        <p className="font-medium">
          <Amount value={hold.remaining} asset={hold.asset} />
        </p>
        <p className="text-faint text-xs">
          <Trans>
            for {hold.destination} · since <Time at={hold.created_at} />
          </Trans>
          {hold.expires_at && (
            <>
              {" "}
              <Trans>
                · until <Time at={hold.expires_at} />
              </Trans>
            </>
          )}
        </p>
      </div>
      {admin && (
        <Button size="sm" guard={hold.id} busy={busy} onClick={() => void release()}>
          <Trans>Release</Trans>
        </Button>
      )}
    </li>
  );
}
