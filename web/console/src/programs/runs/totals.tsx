import { formatAmount, type RunDraft } from "@groat/client";
import { t } from "@lingui/core/macro";
import { count } from "../../lib/counted";
import { cx } from "../../lib/cx";

/** What the chosen rows come to, and what else there is to know before they are filed. */
export function Totals({ draft: { summary, asset, undoes } }: { draft: RunDraft }) {
  const facts: { id: string; label: string; value: string; tone?: "bad" | "warn" | false }[] = [
    { id: "selected", label: t`Rows chosen`, value: count(summary.selected) },
    { id: "people", label: t`People`, value: count(summary.people) },
    { id: "total", label: t`Total ${asset}`, value: formatAmount(summary.total) },
    { id: "biggest", label: t`Largest`, value: formatAmount(summary.biggest) },
    { id: "bad", label: t`Bad rows`, value: count(summary.bad), tone: summary.bad > 0 && "bad" },
    {
      id: "duplicates",
      label: t`Repeated people`,
      value: count(summary.duplicates),
      tone: summary.duplicates > 0 && "warn",
    },
    {
      id: "new",
      label: t`New people`,
      value: count(summary.new_people),
      tone: summary.new_people > 0 && "warn",
    },
    {
      id: "over_limit",
      label: undoes ? t`Spent already` : t`Over a limit`,
      value: count(summary.over_limit),
      tone: summary.over_limit > 0 && "warn",
    },
  ];
  return (
    <dl className="num mx-4 grid grid-cols-2 overflow-hidden rounded-lg border border-line sm:mx-5 sm:grid-cols-4">
      {facts.map(({ id, label, value, tone }) => (
        <div key={id} className="-mt-px -ml-px min-w-0 border-line border-t border-l px-4 py-2.5">
          <dt className="text-faint text-xs">{label}</dt>
          <dd
            data-testid={`draft-${id}`}
            className={cx(
              "wrap-anywhere font-semibold text-lg",
              tone === "bad" && "text-bad",
              tone === "warn" && "text-warn",
            )}
          >
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
