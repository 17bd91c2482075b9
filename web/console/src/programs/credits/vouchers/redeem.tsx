import { formatAmount, type RedeemedView, type VoucherPreview } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Gift, PartyPopper } from "lucide-react";
import { type FormEvent, useState } from "react";
import { groat } from "../../../groat";
import { usePerson } from "../../../live/hooks";
import { useAttempt } from "../../../parts/use-attempt";
import { Button } from "../../../ui/button";
import { Field, Input } from "../../../ui/field";
import { Notice } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { previewCode, redeemCode, useVoucherNews } from "./data";
import { RedemptionList } from "./redemption-list";
import { expiryOf, explainRefusal, refusalWords } from "./words";

/** Redeems a code, typed or from the link of a QR code (`?code=`), and lists what one has redeemed. */
export function RedeemPage() {
  const { code = "" } = useSearch({ strict: false }) as { code?: string };
  const { user } = usePerson();
  useVoucherNews();
  return (
    <>
      <PageHeader
        title={t`Redeem a code`}
        hint={t`From a letter, a card or a campaign. Upper and lower case, spaces and dashes do not matter.`}
      />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <RedeemCard key={code} first={code} />
        <Card>
          <CardHeader title={t`My vouchers`} hint={t`What you have redeemed`} />
          <RedemptionList of={{ user }} />
        </Card>
      </div>
    </>
  );
}

function RedeemCard({ first }: { first: string }) {
  const queries = useQueryClient();
  const [code, setCode] = useState(first);
  const [seen, setSeen] = useState<VoucherPreview | null>(null);
  const [done, setDone] = useState<RedeemedView | null>(null);
  const { busy, problem, setProblem, attempt } = useAttempt(explainRefusal);

  function typed(text: string) {
    setCode(text);
    setSeen(null);
    setDone(null);
    setProblem(null);
  }

  const look = () => attempt(async () => setSeen(await previewCode(code.trim())));

  const redeem = () =>
    attempt(async () => {
      const made = await groat.write(["redeem", code.trim()], (key) => redeemCode(code.trim(), key), {
        title: t`Redeem the code ${code.trim()}`,
      });
      setDone(made);
      setSeen(null);
      setCode("");
      await queries.invalidateQueries({ queryKey: ["vouchers"] });
    });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!code.trim()) return setProblem(t`Enter a code.`);
    void (seen?.redeemable ? redeem() : look());
  }

  return (
    <Card data-testid="redeem">
      <form onSubmit={submit} className="flex flex-col gap-4 p-4 sm:p-5" noValidate>
        <Field label={t`Code`} problem={problem}>
          {(wiring) => (
            <Input
              {...wiring}
              className="num uppercase tracking-wider placeholder:normal-case"
              value={code}
              maxLength={200}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              onChange={(event) => typed(event.target.value)}
            />
          )}
        </Field>
        {seen && <Seen preview={seen} />}
        {done && <Done made={done} />}
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={busy} disabled={seen !== null && !seen.redeemable}>
            <Gift aria-hidden />
            {seen?.redeemable ? t`Redeem ${formatAmount(seen.amount)} ${seen.asset}` : t`Check the code`}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Seen({ preview }: { preview: VoucherPreview }) {
  const expiry = expiryOf(preview.grant);
  if (!preview.redeemable) {
    return (
      <Notice tone="warn" title={preview.name} role="status">
        {refusalWords(preview.code, preview.detail)}
      </Notice>
    );
  }
  return (
    <Notice title={preview.name} role="status">
      <Trans>
        This code gives you <Amount value={preview.amount} asset={preview.asset} />.
      </Trans>
      {expiry && ` ${expiry}`}
    </Notice>
  );
}

function Done({ made: { redemption } }: { made: RedeemedView }) {
  return (
    <div data-testid="redeemed">
      <Notice tone="good" role="status" title={redemption.name}>
        <span className="inline-flex items-center gap-2">
          <PartyPopper className="size-4" aria-hidden />
          <span>
            <Trans>
              <Amount value={redemption.amount} asset={redemption.asset} /> are yours now.
            </Trans>
          </span>
        </span>
      </Notice>
    </div>
  );
}
