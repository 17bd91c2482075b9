import { type DraftChange, formatAmount, type RunDraft } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { count } from "../../lib/counted";
import { ReasonField } from "../../parts/reason-field";
import { useAttempt } from "../../parts/use-attempt";
import { toastId } from "../../requests/kinds";
import { useFile } from "../../requests/use-file";
import { Button } from "../../ui/button";
import { Choice, Field, Input } from "../../ui/field";
import { Notice } from "../../ui/states";
import { Card, CardHeader } from "../../ui/surface";
import { KIND, type Mode, OWNER } from "./data";
import { RUN } from "./paths";
import { stepsOf, whyApproval } from "./words";

const ACCOUNT = /^[A-Za-z0-9._@|-]{1,64}(:[A-Za-z0-9._@|-]{1,64})*$/;

const MODES: readonly { value: Mode; label: string }[] = [
  { value: "add", label: t`Add` },
  { value: "set", label: t`Set to` },
];

/** The last step of a draft: why, how and from where, and then it becomes a run. */
export function Filing({
  draft,
  busy,
  onChange,
}: {
  draft: RunDraft;
  /** Changes are on their way: what would be filed is not known yet. */
  busy: boolean;
  onChange: (change: DraftChange) => void;
}) {
  const navigate = useNavigate();
  const { file } = useFile();
  const { busy: filing, problem, attempt } = useAttempt();
  const { mode, needs_approval } = draft;
  const reason = useKept(draft.reason, (value) => onChange({ reason: value }));
  const source = useKept(draft.source, (value) => onChange({ source: value }));
  const undo = mode === "undo";
  const given = mode === "add" && !undo;
  const wrong = problemOf(draft, reason.value, given ? source.value : null);
  const unsaved = reason.value.trim() !== draft.reason || (given && source.value.trim() !== draft.source);

  const submit = () =>
    attempt(async () => {
      const filed = await file(KIND, { draft: draft.id, version: draft.version }, OWNER);
      // Of one that begins at once its page tells, and a notification tells its end.
      if (needs_approval) toast.success(t`Submitted for approval`, { id: toastId(filed) });
      await navigate({ to: RUN.replace("$run", filed.id), search: true, replace: true });
    });

  return (
    <Card>
      <CardHeader title={undo ? t`Take it back` : t`Give it`} />
      <div className="grid gap-5 px-4 pb-5 sm:px-5 md:grid-cols-2">
        <ReasonField
          label={undo ? t`Reason` : t`Reason for rows without one`}
          hint={t`The people concerned read it.`}
          value={reason.value}
          onChange={reason.type}
          onBlur={reason.keep}
        />
        {given && (
          <Field
            label={t`Taken from`}
            hint={t`The account that pays.`}
            problem={draft.source_problem?.detail}
          >
            {(wiring) => (
              <Input
                {...wiring}
                autoCapitalize="none"
                spellCheck={false}
                value={source.value}
                onChange={(event) => source.type(event.target.value)}
                onBlur={source.keep}
              />
            )}
          </Field>
        )}
        {!undo && (
          <div className="flex flex-col gap-1.5">
            <span className="font-medium text-sm">
              <Trans>Amounts</Trans>
            </span>
            <Choice
              label={t`Amounts`}
              className="max-w-64"
              value={mode}
              options={MODES}
              onChange={(value) => onChange({ mode: value })}
            />
            <p className="text-faint text-xs">
              {mode === "set"
                ? t`Each balance becomes the amount in its row.`
                : t`Each amount is added to the balance.`}
            </p>
          </div>
        )}
        <div className="flex flex-col gap-1.5 text-sm">
          <span className="font-medium">
            <Trans>How it is carried out</Trans>
          </span>
          <p className="text-muted" data-testid="steps">
            {stepsOf(draft)}
          </p>
          {needs_approval && (
            <p className="text-warn" data-testid="needs-approval">
              {whyApproval(draft)}
            </p>
          )}
        </div>
      </div>
      {problem && (
        <div className="px-4 pb-4 sm:px-5">
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        </div>
      )}
      <div className="flex flex-wrap items-center justify-end gap-3 border-line border-t px-4 py-4 sm:px-5">
        <p className="num mr-auto text-sm" role="status">
          {wrong ? <span className="text-muted">{wrong}</span> : effectOf(draft)}
        </p>
        <Button
          look="primary"
          // Another version gives other things.
          guard={`${draft.version}`}
          busy={filing || busy || !draft.ready}
          disabled={wrong !== null || unsaved}
          data-testid="file-run"
          onClick={() => void submit()}
        >
          {needs_approval ? t`Submit for approval` : undo ? t`Take back` : t`Give credits`}
        </Button>
      </div>
    </Card>
  );
}

/** The effect of filing it, in a sentence. */
function effectOf({ summary: { total, people }, asset, mode, undoes }: RunDraft): string {
  const money = `${formatAmount(total)} ${asset}`;
  if (undoes !== null) {
    return plural(people, {
      one: `${money} will be taken back from one person.`,
      other: `${money} will be taken back from ${count(people)} people.`,
    });
  }
  if (mode === "set") {
    return plural(people, {
      one: "The balance of one person will be set.",
      other: `The balances of ${count(people)} people will be set.`,
    });
  }
  return plural(people, {
    one: `One person will get ${money} in all.`,
    other: `${count(people)} people will get ${money} in all.`,
  });
}

/** Says what must be done before a draft can be filed; null for nothing. */
export function problemOf(draft: RunDraft, reason: string, source: string | null): string | null {
  const { summary, source_problem } = draft;
  if (summary.selected === 0) return t`Choose at least one row.`;
  if (!reason.trim()) return t`Enter a reason.`;
  if (source !== null && !ACCOUNT.test(source.trim()))
    return t`Enter the account that pays, such as house:bonus.`;
  return source_problem?.detail ?? null;
}

/** A text that is kept when its field is left. What the server has takes its place, unless it is being typed. */
function useKept(kept: string, onKeep: (value: string) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    setTyped((now) => (now?.trim() === kept ? null : now));
  }, [kept]);
  return {
    value: typed ?? kept,
    type: setTyped,
    keep: () => {
      const value = typed?.trim();
      if (value && value !== kept) onKeep(value);
    },
  };
}
