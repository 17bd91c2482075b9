import type { RedemptionView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ticket, Undo2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { groat } from "../../../groat";
import { ReasonField } from "../../../parts/reason-field";
import { useAttempt } from "../../../parts/use-attempt";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/overlay";
import { EmptyState, ErrorState, Notice, SkeletonRows } from "../../../ui/states";
import { Badge } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { redemptionsQuery, undoRedemption } from "./data";
import { REDEMPTION_STATES } from "./words";

interface ListProps {
  of: { campaign?: string; user?: string };
  /** Says who redeemed, and offers admins to undo it. */
  staff?: { admin: boolean };
}

/** Redemptions, the newest first: one's own, or those of a campaign. */
export function RedemptionList({ of, staff }: ListProps) {
  const query = useInfiniteQuery(redemptionsQuery(of));
  const [undoing, setUndoing] = useState<RedemptionView | null>(null);
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.isPending) return <SkeletonRows rows={3} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (rows.length === 0) {
    return <EmptyState icon={<Ticket aria-hidden />} title={t`Nothing was redeemed yet`} />;
  }
  return (
    <>
      <ul className="divide-y divide-line border-line border-t" data-testid="redemptions">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">
                {staff ? (
                  <Link to="/users/$user" params={{ user: row.user }} className="hover:underline">
                    {row.user}
                  </Link>
                ) : (
                  row.name
                )}
              </span>
              <span className="text-faint text-xs">
                <Time at={row.at} />
                {staff && row.code_number > 0 && ` · ${t`code ${row.code_number}`}`}
                {row.state === "undone" && row.reason && ` · ${row.reason}`}
              </span>
            </span>
            {row.state === "undone" && (
              <Badge tone={REDEMPTION_STATES.undone.tone}>{REDEMPTION_STATES.undone.label}</Badge>
            )}
            <Amount value={row.amount} asset={row.asset} className="font-semibold" />
            {staff?.admin && row.state === "redeemed" && (
              <Button
                size="sm"
                aria-label={t`Undo the redemption of ${row.user}`}
                onClick={() => setUndoing(row)}
              >
                <Undo2 aria-hidden /> <Trans>Undo</Trans>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="px-4 py-3 sm:px-5">
          <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
      <Dialog
        open={undoing !== null}
        onOpenChange={(open) => !open && setUndoing(null)}
        title={t`Undo a redemption?`}
        description={undoing ? `${undoing.user} · ${undoing.name}` : undefined}
      >
        {undoing && <UndoForm row={undoing} onClose={() => setUndoing(null)} />}
      </Dialog>
    </>
  );
}

function UndoForm({ row, onClose }: { row: RedemptionView; onClose: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const { busy, problem, attempt } = useAttempt();

  function submit(event: FormEvent) {
    event.preventDefault();
    const text = reason.trim();
    setMissing(!text);
    if (!text) return;
    void attempt(async () => {
      await groat.write(["undo-redemption", row.id, text], (key) => undoRedemption(row.id, text, key), {
        title: t`Undo the redemption of ${row.user}`,
      });
      toast.success(t`The redemption is undone`);
      await queries.invalidateQueries({ queryKey: ["vouchers"] });
      onClose();
    });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <p className="text-sm">
        <Trans>
          <Amount value={row.amount} asset={row.asset} /> is taken back, and the use is free again.
        </Trans>
      </p>
      <ReasonField
        hint={t`The person reads it, and the audit log keeps it.`}
        problem={missing && t`Say why: the person and the audit log will read it.`}
        value={reason}
        onChange={setReason}
      />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Keep it</Trans>
        </Button>
        <Button type="submit" look="danger" busy={busy}>
          <Trans>Undo it</Trans>
        </Button>
      </div>
    </form>
  );
}
