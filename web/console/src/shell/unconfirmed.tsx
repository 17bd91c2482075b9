import { GroatError, type OpenWrite } from "@groat/client";
import { useGroatState } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { groat } from "../groat";
import { Button } from "../ui/button";
import { Time } from "../ui/text";

/** Lists the writes of the person that nobody has confirmed, also from before the page was loaded anew. */
export function Unconfirmed() {
  const open = useGroatState((state) => state.unconfirmed);
  if (open.length === 0) return null;
  return (
    <section
      aria-label={t`Not confirmed yet`}
      data-testid="unconfirmed"
      className="border-warn/25 border-t bg-warn-soft text-sm"
    >
      <ul className="mx-auto max-w-6xl divide-y divide-warn/20 px-4 sm:px-6">
        {open.map((one) => (
          <Write key={one.key} write={one} />
        ))}
      </ul>
    </section>
  );
}

function Write({ write }: { write: OpenWrite }) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function again() {
    setBusy(true);
    setProblem(null);
    try {
      await groat.repeatWrite(write.key);
      toast.success(t`Confirmed`, { id: write.key, description: write.title });
      void queries.invalidateQueries();
      groat.requests.refresh();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      // Refused, it is gone from here, and the toast says so; still open, it stays.
      toast.error(explain(error), { id: write.key, description: write.title });
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
      <span className="text-warn">
        <Trans>Not confirmed yet:</Trans>
      </span>
      <span className="wrap-anywhere min-w-0 font-medium">{write.title}</span>
      <Time at={new Date(write.at).toISOString()} className="text-muted text-xs" />
      <span className="ml-auto flex gap-1">
        <Button size="sm" guard={`again ${write.key}`} busy={busy} onClick={() => void again()}>
          <Trans>Try again</Trans>
        </Button>
        <Button
          size="sm"
          look="quiet"
          guard={`dismiss ${write.key}`}
          title={t`It may have been done all the same. See the history.`}
          onClick={() => groat.dropWrite(write.key)}
        >
          <Trans>Dismiss</Trans>
        </Button>
      </span>
      <span role="status" className="w-full text-muted text-xs empty:hidden">
        {problem}
      </span>
    </li>
  );
}
