import {
  type ActionInput,
  type BalanceView,
  compare,
  formatAmount,
  GroatError,
  type RecipientView,
} from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { type Action, assetsQuery, configQuery } from "../api/queries";
import { groat } from "../groat";
import { readAmount } from "../lib/amounts";
import { useShownBalance } from "../live/balance";
import { Button } from "../ui/button";
import { Choice, Field, Input } from "../ui/field";
import { Notice } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";
import { AmountInput, AssetSelect } from "./money";

/** The actions that a server has unless it is told otherwise. */
const ACTIONS: Record<string, string> = { spend: t`Spend`, transfer: t`Transfer` };

function sentence(name: string): string {
  const text = name.replaceAll(/[_-]/g, " ");
  return ACTIONS[name] ?? text.charAt(0).toUpperCase() + text.slice(1);
}

const nameOf = ({ user, name }: RecipientView) => (name ? `${name} (${user})` : user);

/** Offers the actions for a person's own money: one form for each that the server declares; nothing where it declares none. */
export function ActionCard({ balances, picked }: { balances: BalanceView[]; picked: BalanceView }) {
  const config = useQuery(configQuery);
  const actions = Object.entries(config.data?.actions ?? {});
  const [chosen, setChosen] = useState("");
  const [name, action] = actions.find(([id]) => id === chosen) ?? actions[0] ?? [];
  if (!name || !action) return null;
  return (
    <Card data-testid="actions">
      <CardHeader title={actions.length > 1 ? t`Spend credits` : sentence(name)} />
      <div className="px-4 pb-5 sm:px-5">
        {actions.length > 1 && (
          <Choice
            className="mb-4"
            label={t`What to do`}
            value={name}
            options={actions.map(([id]) => ({ value: id, label: sentence(id) }))}
            onChange={setChosen}
          />
        )}
        <ActionForm key={name} name={name} action={action} balances={balances} picked={picked} />
      </div>
    </Card>
  );
}

function ActionForm({
  name,
  action,
  balances,
  picked,
}: {
  name: string;
  action: Action;
  balances: BalanceView[];
  picked: BalanceView;
}) {
  const declared = useQuery(assetsQuery).data;
  // Without names from the server, the review shows what was typed.
  const told = useQuery(configQuery).data?.people_found_by !== "";
  const codes = action.assets.length ? action.assets : [...new Set(balances.map((balance) => balance.asset))];
  const [asset, setAsset] = useState(
    codes.includes(picked.asset) ? picked.asset : (codes[0] ?? picked.asset),
  );
  const [amount, setAmount] = useState("");
  const [to, setTo] = useState("");
  const [reason, setReason] = useState("");
  const [named, setNamed] = useState<RecipientView | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: "amount" | "to" | "form"; text: string } | null>(null);
  const own = balances.find((balance) => balance.asset === asset) ?? { ...picked, asset };
  const shown = useShownBalance(own);
  const toSomebody = action.takes_to;
  const scale =
    declared?.find((item) => item.code === asset)?.scale ?? shown.balance.split(".")[1]?.length ?? 0;

  function pickAsset(code: string) {
    setAsset(code);
    setNamed(null);
    setProblem(null);
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const read = readAmount(amount, { code: asset, scale });
    if (!read.ok) return setProblem({ field: "amount", text: read.problem });
    if (compare(read.amount, "0") === 0)
      return setProblem({ field: "amount", text: t`Enter an amount greater than 0.` });
    if (action.max && compare(read.amount, action.max) > 0) {
      return setProblem({ field: "amount", text: t`At most ${formatAmount(action.max)} at once.` });
    }
    const receiver = to.trim().replace(/^user:/, "");
    if (toSomebody && !receiver) return setProblem({ field: "to", text: t`Enter a recipient.` });
    const input: ActionInput = {
      amount: read.amount,
      asset,
      ...(named && { to: named.user }),
      ...(reason.trim() && { reason: reason.trim() }),
    };
    setProblem(null);
    setBusy(true);
    try {
      // The first press looks up the recipient; the next one sends.
      if (toSomebody && named === null) {
        return setNamed(told ? await groat.api.recipient(receiver) : { user: receiver, name: "" });
      }
      await groat.write(["act", name, input], (key, api) => api.action(name, input, { key }), {
        title: `${sentence(name)}: ${formatAmount(read.amount)} ${asset}${named ? t` to ${nameOf(named)}` : ""}`,
        // The change shows at once, as pending.
        by: (key) => groat.act(name, input, { key }),
      });
      setAmount("");
      setReason("");
      setNamed(null);
      toast.success(
        `${sentence(name)}: ${formatAmount(read.amount)} ${asset}${named ? t` to ${nameOf(named)}` : ""}`,
        { id: `action-${name}` },
      );
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const field = error.code === "user_not_found" ? "to" : "form";
      setProblem({ field, text: explain(error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <div className="flex gap-2">
        <Field
          label={t`Amount`}
          className="flex-1"
          hint={
            <span className="num">
              {formatAmount(shown.available)} <Trans>{asset} available</Trans>
            </span>
          }
          problem={problem?.field === "amount" && problem.text}
        >
          {(wiring) => (
            <AmountInput
              {...wiring}
              asset={asset}
              value={amount}
              onChange={(typed) => {
                setAmount(typed);
                setNamed(null);
                setProblem(null);
              }}
            />
          )}
        </Field>
        {codes.length > 1 && (
          <Field label={t`Asset`} className="w-28">
            {(wiring) => <AssetSelect {...wiring} codes={codes} value={asset} onChange={pickAsset} />}
          </Field>
        )}
      </div>
      {toSomebody && (
        <Field label={t`To`} problem={problem?.field === "to" && problem.text}>
          {(wiring) => (
            <Input
              {...wiring}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              placeholder={t`Id or e-mail address`}
              value={to}
              onChange={(event) => {
                setTo(event.target.value);
                setNamed(null);
                setProblem(null);
              }}
            />
          )}
        </Field>
      )}
      <Field label={t`Note (optional)`}>
        {(wiring) => (
          <Input
            {...wiring}
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {problem?.field === "form" && (
        <Notice tone="warn" role="alert">
          {problem.text}
        </Notice>
      )}
      {named && (
        <Notice role="status">
          <Trans>
            You send this to <span className="font-medium text-ink">{nameOf(named)}</span>.
          </Trans>
        </Notice>
      )}
      <Button
        type="submit"
        look="primary"
        guard={toSomebody && named === null ? false : `${name} ${named?.user}`}
        busy={busy}
      >
        {toSomebody && named === null ? t`Continue` : sentence(name)}
      </Button>
    </form>
  );
}
