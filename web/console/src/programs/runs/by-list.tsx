import type { RunDraft } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { AmountInput } from "../../parts/money";
import { Button } from "../../ui/button";
import { Field, TextArea } from "../../ui/field";
import type { DraftTerms } from "./data";
import { hasAmounts, tableOf } from "./paste";
import { useReader } from "./use-reader";

const EXAMPLE = "42\nkofi@example.com; 25\nUrsula; 50; Thank you";

/** Takes a list that was pasted or typed: it is read as a file is. */
export function ByList({ terms, onDraft }: { terms: DraftTerms; onDraft: (draft: RunDraft) => void }) {
  const { read, busy, said } = useReader(terms, onDraft);
  const [text, setText] = useState("");
  const [amount, setAmount] = useState("");
  const [problem, setProblem] = useState<{ text?: string; amount?: string }>({});

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!text.trim()) {
      setProblem({ text: t`Enter at least one line.` });
      return;
    }
    if (!amount.trim() && !hasAmounts(text)) {
      setProblem({ amount: t`Some lines have no amount: enter one for them.` });
      return;
    }
    setProblem({});
    const name = `${t`List`}.csv`;
    read(new File([tableOf(text, amount.trim())], name, { type: "text/csv" }));
  }

  return (
    <>
      <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
        <Field
          label={t`One person a line`}
          hint={t`Id, e-mail or name; then the amount and a reason, if you like.`}
          problem={problem.text}
        >
          {(wiring) => (
            <TextArea
              {...wiring}
              rows={8}
              spellCheck={false}
              autoCapitalize="none"
              className="num font-mono"
              placeholder={EXAMPLE}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-end justify-between gap-4">
          <Field
            label={t`Amount for lines without one`}
            problem={problem.amount}
            className="w-full sm:max-w-64"
          >
            {(wiring) => <AmountInput {...wiring} asset={terms.asset} value={amount} onChange={setAmount} />}
          </Field>
          <Button type="submit" look="primary" guard={false} busy={busy}>
            <Trans>Check the list</Trans>
          </Button>
        </div>
      </form>
      {said}
    </>
  );
}
