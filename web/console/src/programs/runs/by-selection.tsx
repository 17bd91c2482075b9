import type { RunDraft } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { assetsQuery } from "../../api/queries";
import { readAmount } from "../../lib/amounts";
import { AmountInput } from "../../parts/money";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { Field, Input, Select } from "../../ui/field";
import { Notice } from "../../ui/states";
import { type DraftTerms, draftOfSelection } from "./data";

/** Takes the people whom all that is filled in fits, each with the same amount. */
export function BySelection({ terms, onDraft }: { terms: DraftTerms; onDraft: (draft: RunDraft) => void }) {
  const assets = useQuery(assetsQuery).data ?? [];
  const [q, setQ] = useState("");
  const [role, setRole] = useState("");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const { busy, problem, attempt } = useAttempt();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const scale = assets.find(({ code }) => code === terms.asset)?.scale ?? 0;
    const read = readAmount(typed, { code: terms.asset, scale });
    setWrong(read.ok ? null : read.problem);
    if (!read.ok) return;
    const selection = { ...(q.trim() && { q: q.trim() }), ...(role && { role }) };
    const name = [q.trim(), role].filter(Boolean).join(", ") || t`Everybody`;
    await attempt(async () => onDraft(await draftOfSelection(selection, read.amount, name, terms)));
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label={t`Name, id or e-mail contains`}>
          {(wiring) => (
            <Input
              {...wiring}
              autoCapitalize="none"
              spellCheck={false}
              placeholder={t`Everybody`}
              value={q}
              onChange={(event) => setQ(event.target.value)}
            />
          )}
        </Field>
        <Field label={t`Role`}>
          {(wiring) => (
            <Select {...wiring} value={role} onChange={(event) => setRole(event.target.value)}>
              <option value="">
                <Trans>Any</Trans>
              </option>
              <option value="support">
                <Trans>Support</Trans>
              </option>
              <option value="admin">
                <Trans>Administrator</Trans>
              </option>
            </Select>
          )}
        </Field>
        <Field label={t`Amount for each`} problem={wrong}>
          {(wiring) => <AmountInput {...wiring} asset={terms.asset} value={typed} onChange={setTyped} />}
        </Field>
      </div>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <Button type="submit" look="primary" guard={false} busy={busy} className="self-end">
        <Trans>Show these people</Trans>
      </Button>
    </form>
  );
}
