import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useState } from "react";
import { Preview } from "../bulk/preview";
import { type RunRecord, records } from "../bulk/records";
import { UndoRun } from "../bulk/undo-run";
import { type Loaded, Upload } from "../bulk/upload";
import { countPeople } from "../lib/counted";
import { StaffOnly } from "../shell/gate";
import { Card, CardHeader, PageHeader } from "../ui/surface";
import { Time } from "../ui/text";

/** Credits for many, from a file: choose it, look at every row, give, and take back if need be. */
export function BulkPage() {
  return (
    <StaffOnly admin>
      <Bulk />
    </StaffOnly>
  );
}

function Bulk() {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  return (
    <>
      <PageHeader
        title={t`Bulk credits`}
        hint={t`From a file to many people, with a full preview and a way back.`}
      />
      {loaded ? (
        <Preview key={loaded.preview.rows.length} loaded={loaded} onLeave={() => setLoaded(null)} />
      ) : (
        <div className="flex flex-col gap-5">
          <Upload onLoaded={setLoaded} />
          <RecentRuns />
        </div>
      )}
    </>
  );
}

function RecentRuns() {
  const [runs] = useState(records);
  if (runs.length === 0) return null;
  return (
    <Card aria-labelledby="recent-runs">
      <CardHeader
        id="recent-runs"
        title={t`Recent runs`}
        hint={t`Of this browser. The audit log has all of them.`}
      />
      <ul className="divide-y divide-line border-line border-t">
        {runs.map((record) => (
          <Run key={record.key} record={record} />
        ))}
      </ul>
    </Card>
  );
}

function Run({ record }: { record: RunRecord }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 sm:px-5">
      <div className="min-w-0">
        <p className="truncate font-medium text-sm">{record.file}</p>
        <p className="num text-faint text-xs">
          <Time at={record.at} /> · {formatAmount(record.total)} {record.asset} · {countPeople(record.people)}
          {record.transactions.length === 0 && t` · not finished: choose the same file again to finish it`}
        </p>
      </div>
      <UndoRun record={record} small />
    </li>
  );
}
