import type { RunRowView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Fact, Facts } from "../../ui/facts";
import { Sheet } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { Amount } from "../../ui/text";

const MATCHED: Record<string, string> = {
  id: t`Found by id`,
  email: t`Found by e-mail`,
  name: t`Found by name`,
};

const CELLS = [
  ["user", t`Person’s id`],
  ["email", t`E-mail`],
  ["name", t`Name`],
  ["amount", t`Amount`],
  ["reason", t`Reason`],
] as const;

/** All about one row: what its file says, and what was read from it. */
export function RowSheet({
  row,
  asset,
  onClose,
}: {
  row: RunRowView | null;
  asset: string;
  onClose: () => void;
}) {
  return (
    <Sheet
      open={row !== null}
      onOpenChange={(open) => !open && onClose()}
      title={row ? row.name || row.user || t`Nobody` : t`Row`}
      description={row ? t`Line ${row.line}` : undefined}
      testId="row-sheet"
    >
      {row && (
        <div className="flex flex-col gap-5">
          {row.problem && (
            <Notice tone="bad" title={t`This row cannot be used`}>
              {row.problem.detail}
            </Notice>
          )}
          <Facts>
            {row.user && (
              <Fact label={MATCHED[row.matched] ?? t`Person`}>
                {row.known ? (
                  <Link
                    to="/users/$user"
                    params={{ user: row.user }}
                    className="rounded-sm font-medium hover:underline"
                  >
                    {row.user}
                  </Link>
                ) : (
                  <Trans>{row.user} (new)</Trans>
                )}
              </Fact>
            )}
            {row.email && <Fact label={t`E-mail`}>{row.email}</Fact>}
            {!row.problem && (
              <Fact label={t`Amount`}>
                <Amount value={row.amount} asset={asset} />
              </Fact>
            )}
            {row.reason && <Fact label={t`Reason`}>{row.reason}</Fact>}
            {row.balance !== null && (
              <Fact label={t`Balance now`}>
                <Amount value={row.balance} asset={asset} />
              </Fact>
            )}
            {row.after !== null && (
              <Fact label={t`Balance afterwards`}>
                <Amount value={row.after} asset={asset} />
              </Fact>
            )}
            {row.transaction && (
              <Fact label={t`Transaction`}>
                <code className="break-all text-xs">{row.transaction}</code>
              </Fact>
            )}
          </Facts>
          {Object.keys(row.raw).length > 0 && (
            <section>
              <h3 className="mb-1 font-semibold text-sm">
                <Trans>As the file has it</Trans>
              </h3>
              <dl className="divide-y divide-line rounded-lg border border-line text-sm">
                {CELLS.flatMap(([name, label]) => {
                  const cell = row.raw[name];
                  return cell === undefined
                    ? []
                    : [
                        <div key={name} className="grid grid-cols-[8rem_minmax(0,1fr)] gap-3 px-3.5 py-2">
                          <dt className="text-faint">{label}</dt>
                          <dd className="wrap-anywhere whitespace-pre-wrap font-mono text-xs leading-5">
                            {cell || "–"}
                          </dd>
                        </div>,
                      ];
                })}
              </dl>
            </section>
          )}
        </div>
      )}
    </Sheet>
  );
}
