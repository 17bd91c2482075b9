import { compare, formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { assetsQuery } from "../../../api/queries";
import { readAmount, typedForm } from "../../../lib/amounts";
import { AmountInput } from "../../../parts/money";
import { useAttempt } from "../../../parts/use-attempt";
import { Button } from "../../../ui/button";
import { Field } from "../../../ui/field";
import { ErrorState, Skeleton } from "../../../ui/states";
import { Badge, Card, CardHeader } from "../../../ui/surface";
import { setAlert, useAlerts } from "./data";

/** Tells the owner of an account when few credits are left: the amount below which that is. */
export function AlertCard({ account, asset }: { account: string; asset: string }) {
  const alerts = useAlerts(account);
  const alert = alerts.value?.items.find((one) => one.asset === asset);
  return (
    <Card data-testid="alert-card">
      <CardHeader
        title={t`Tell me when few are left`}
        hint={t`One notification when less is available, and one when there is enough again`}
      >
        {alert?.low && <Badge tone="warn">{t`Below now`}</Badge>}
      </CardHeader>
      {alerts.value ? (
        <AlertForm
          key={alert?.changed_at ?? ""}
          account={account}
          asset={asset}
          below={alert?.below ?? null}
          onDone={alerts.refresh}
        />
      ) : alerts.error ? (
        <ErrorState error={alerts.error} onRetry={alerts.refresh} />
      ) : (
        <Skeleton className="mx-4 mb-5 h-16 sm:mx-5" />
      )}
    </Card>
  );
}

function AlertForm({
  account,
  asset,
  below,
  onDone,
}: {
  account: string;
  asset: string;
  below: string | null;
  onDone: () => void;
}) {
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === asset)?.scale ?? 0;
  const [typed, setTyped] = useState(typedForm(below ?? ""));
  const { busy, problem, setProblem, attempt } = useAttempt();

  const save = (amount: string | null) =>
    attempt(async () => {
      await setAlert(account, asset, amount);
      onDone();
      toast.success(
        amount === null
          ? t`You are not told any more`
          : t`You are told below ${formatAmount(amount)} ${asset}`,
      );
    });

  function submit(event: FormEvent) {
    event.preventDefault();
    const read = readAmount(typed, { code: asset, scale });
    if (!read.ok) return setProblem(read.problem);
    if (compare(read.amount, "0") === 0) return setProblem(t`Enter an amount greater than 0.`);
    void save(read.amount);
  }

  return (
    <form onSubmit={submit} className="flex flex-wrap items-start gap-3 px-4 pb-5 sm:px-5" noValidate>
      <Field label={t`Below, ${asset}`} problem={problem} className="w-40 min-w-0">
        {(wiring) => (
          <AmountInput
            {...wiring}
            asset={asset}
            value={typed}
            onChange={(text) => {
              setTyped(text);
              setProblem(null);
            }}
          />
        )}
      </Field>
      <div className="flex gap-2 pt-[1.625rem]">
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Save</Trans>
        </Button>
        {below !== null && (
          <Button onClick={() => void save(null)} disabled={busy}>
            <Trans>Turn off</Trans>
          </Button>
        )}
      </div>
    </form>
  );
}
