import type { DraftChange, RunDraft } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { count } from "../../lib/counted";
import { Name } from "../../requests/people";
import { Choice } from "../../ui/field";
import { Notice } from "../../ui/states";
import { Amount, Time } from "../../ui/text";
import type { Duplicates, Short } from "./data";
import { RUN } from "./paths";

const TWICE: readonly { value: Duplicates; label: string }[] = [
  { value: "ask", label: t`Leave out` },
  { value: "first", label: t`First only` },
  { value: "sum", label: t`Add up` },
];

const SHORT: readonly { value: Short; label: string }[] = [
  { value: "refuse", label: t`Leave them` },
  { value: "take_what_is_left", label: t`What is left` },
  { value: "below_floor", label: t`All of it` },
];

const SHORT_WORDS: Record<Short, string> = {
  refuse: t`Nothing is taken from people who have spent some of it: they are left out.`,
  take_what_is_left: t`From people who have spent some of it, only what is left is taken.`,
  below_floor: t`All of it is taken, even where that leaves less than nothing.`,
};

/** What a draft leaves open, and what should be known before it is filed. */
export function Questions({ draft, onChange }: { draft: RunDraft; onChange: (change: DraftChange) => void }) {
  const { summary, asset, repeats, duplicates, mode, undoes, short } = draft;
  const several = summary.duplicates > 0 || duplicates !== "ask";
  const asked = several && undoes === null;
  if (repeats.length === 0 && !asked && undoes === null && summary.over_limit === 0) return null;
  return (
    <div className="mx-4 mb-4 flex flex-col gap-3 sm:mx-5">
      {repeats.length > 0 && <Repeats repeats={repeats} />}
      {asked && (
        <div
          className="flex flex-col gap-3 rounded-md border border-warn/25 bg-warn-soft px-3.5 py-3 text-sm sm:flex-row sm:items-center sm:justify-between"
          data-testid="ask-duplicates"
        >
          <p className="text-warn">
            <span className="block font-medium">
              {plural(summary.duplicates, {
                one: "One row names somebody again.",
                other: `${count(summary.duplicates)} rows name somebody again.`,
              })}
            </span>
            {mode === "set"
              ? t`A balance can be set only once. What should happen with them?`
              : t`What should happen with them?`}
          </p>
          <Choice
            label={t`People in several rows`}
            className="sm:w-80"
            value={duplicates}
            options={mode === "set" ? TWICE.filter(({ value }) => value !== "sum") : TWICE}
            onChange={(value) => onChange({ duplicates: value })}
          />
        </div>
      )}
      {undoes !== null ? (
        <div
          className="flex flex-col gap-3 rounded-md border border-line bg-sunken px-3.5 py-3 text-sm sm:flex-row sm:items-center sm:justify-between"
          data-testid="ask-short"
        >
          <p className="text-muted">
            <span className="block font-medium text-ink">
              {summary.over_limit === 0
                ? t`Everybody still has what they got.`
                : plural(summary.over_limit, {
                    one: "One person has spent some of it already.",
                    other: `${count(summary.over_limit)} people have spent some of it already.`,
                  })}
            </span>
            {summary.over_limit > 0 && (
              <>
                <Trans>
                  <Amount value={summary.spent} asset={asset} /> is gone.
                </Trans>{" "}
              </>
            )}
            {SHORT_WORDS[short ?? "refuse"]}
          </p>
          <Choice
            label={t`From people who have spent some of it`}
            className="sm:w-96"
            value={short ?? "refuse"}
            options={SHORT}
            onChange={(value) => onChange({ short: value })}
          />
        </div>
      ) : (
        summary.over_limit > 0 && (
          <Notice tone="warn">
            {plural(summary.over_limit, {
              one: "One row would take somebody over a limit of theirs. It is left out.",
              other: `${count(summary.over_limit)} rows would take people over limits of theirs. They are left out.`,
            })}
          </Notice>
        )
      )}
    </div>
  );
}

function Repeats({ repeats }: Pick<RunDraft, "repeats">) {
  return (
    <Notice tone="warn" role="alert" title={t`This file was used before`}>
      <ul data-testid="repeats">
        {repeats.map(({ run, filed_at, by, state }) => (
          <li key={run}>
            <Link
              to={RUN.replace("$run", run)}
              className="rounded-sm underline decoration-current/40 underline-offset-2 hover:decoration-current"
            >
              <Trans>
                <Time at={filed_at} />, by <Name of={by} />
              </Trans>
            </Link>
            {state !== "done" && ` · ${state}`}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
