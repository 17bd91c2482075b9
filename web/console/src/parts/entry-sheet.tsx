import type { PostingView } from "@groat/client";
import type { HistoryRow } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { transactionQuery } from "../api/queries";
import { kindLabel } from "../lib/accounts";
import { useRights } from "../live/hooks";
import { Fact, Facts } from "../ui/facts";
import { Sheet } from "../ui/overlay";
import { Amount, Delta, Time } from "../ui/text";

/** One line of a history with all that is known of it. */
export function EntrySheet({ entry, onClose }: { entry: HistoryRow | null; onClose: () => void }) {
  return (
    <Sheet
      open={entry !== null}
      onOpenChange={(open) => !open && onClose()}
      title={entry ? entry.reason || kindLabel(entry.kind) : t`Entry`}
      description={entry ? kindLabel(entry.kind) : undefined}
      testId="entry-sheet"
    >
      {entry && <Details entry={entry} />}
    </Sheet>
  );
}

function Details({ entry }: { entry: HistoryRow }) {
  const { staff } = useRights();
  const query = useQuery({ ...transactionQuery(entry.transaction), enabled: staff });
  const transaction = query.data;
  return (
    <div className="flex flex-col gap-5">
      <Facts>
        <Fact label={t({ message: "Change", context: "of a balance" })}>
          <Delta value={entry.delta} asset={entry.asset} />
        </Fact>
        <Fact label={t`Balance after`}>
          <Amount value={entry.balance} asset={entry.asset} />
        </Fact>
        <Fact label={t`Account`}>{entry.account}</Fact>
        {entry.counterparty && <Fact label={t`With`}>{entry.counterparty}</Fact>}
        {(entry.actor ?? transaction?.actor) && (
          <Fact label={t`By`}>{entry.actor ?? transaction?.actor}</Fact>
        )}
        <Fact label={t`Effective`}>
          <Time at={entry.at} />
        </Fact>
        <Fact label={t`Recorded`}>
          <Time at={entry.recorded_at} />
        </Fact>
        <Fact label={t`Version`}>{entry.version}</Fact>
        <Fact label={t`Transaction`}>
          <code className="break-all text-xs">{entry.transaction}</code>
        </Fact>
        {transaction?.reverses && (
          <Fact label={t`Reverses`}>
            <code className="break-all text-xs">{transaction.reverses}</code>
          </Fact>
        )}
      </Facts>
      {transaction && transaction.postings.length > 0 && (
        <section>
          <h3 className="mb-1 font-semibold text-sm">
            <Trans>Postings</Trans>
          </h3>
          <Postings postings={transaction.postings} />
        </section>
      )}
      {entry.metadata && Object.keys(entry.metadata).length > 0 && (
        <section>
          <h3 className="mb-1 font-semibold text-sm">
            <Trans>Metadata</Trans>
          </h3>
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 text-xs">
            {JSON.stringify(entry.metadata, null, 2)}
          </pre>
        </section>
      )}
    </div>
  );
}

/** Shows the movements of a transaction. */
export function Postings({ postings }: { postings: readonly PostingView[] }) {
  return (
    <ul className="divide-y divide-line border-line border-y text-sm">
      {postings.map((posting, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: postings are immutable and have no id
        <li key={index} className="flex flex-wrap justify-between gap-x-4 py-2">
          <span className="min-w-0 break-all">
            {posting.source} <span className="text-faint">→</span> {posting.destination}
          </span>
          <Amount value={posting.amount} asset={posting.asset} className="ml-auto" />
        </li>
      ))}
    </ul>
  );
}
