import { type BalanceView, balanceKey, isZero } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { type AccountAct, type AccountState, changeState } from "../api/account-states";
import { groat } from "../groat";
import { accountLabel } from "../lib/accounts";
import { ACCOUNT_STATES, AccountStateBadge, useAccountState } from "../live/account-state";
import { useShownBalance } from "../live/balance";
import { useRights } from "../live/hooks";
import { Button } from "../ui/button";
import { Field, Input } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";
import { Amount } from "../ui/text";
import { ReasonField } from "./reason-field";
import { useAsked } from "./use-asked";
import { useAttempt } from "./use-attempt";

/** An account that may get the rest of a closed one. */
const UNCLAIMED = "house:unclaimed";

interface Act {
  label: string;
  title: string;
  /** What follows from it. */
  hint: string;
  danger: boolean;
}

const ACTS: Record<AccountAct, Act> = {
  freeze: {
    label: t`Freeze`,
    title: t`Freeze the account?`,
    hint: t`Nobody moves or holds anything on it until it is unfrozen. What is due still happens.`,
    danger: true,
  },
  unfreeze: {
    label: t`Unfreeze`,
    title: t`Unfreeze the account?`,
    hint: t`It can be used as before.`,
    danger: false,
  },
  close: {
    label: t`Close account`,
    title: t`Close the account?`,
    hint: t`It takes nothing new. It is closed as soon as nothing is held, and what is left goes to the account that you name.`,
    danger: true,
  },
  reopen: {
    label: t`Open again`,
    title: t`Open the account again?`,
    hint: t`It can be used again. What went to another account stays there.`,
    danger: false,
  },
};

const POSSIBLE: Record<AccountState, AccountAct[]> = {
  open: ["freeze", "close"],
  frozen: ["unfreeze", "close"],
  closing: ["reopen"],
  closed: ["reopen"],
};

/** Lists a person's accounts with their states, which admins change. */
export function AccountsCard({ user, balances }: { user: string; balances: BalanceView[] }) {
  const paths = new Set([`user:${user}`, ...balances.map(({ account }) => account)]);
  return (
    <Card data-testid="accounts">
      <CardHeader title={t`Accounts`} hint={t`An account has all assets, and one state for all of them.`} />
      <ul className="divide-y divide-line border-line border-t">
        {[...paths].map((account) => (
          <AccountRow
            key={account}
            account={account}
            balances={balances.filter((balance) => balance.account === account)}
          />
        ))}
      </ul>
    </Card>
  );
}

function AccountRow({ account, balances }: { account: string; balances: BalanceView[] }) {
  const { admin } = useRights();
  const state = useAccountState(account);
  const [asked, ask, close] = useAsked<AccountAct>();
  return (
    <li
      data-testid="account"
      data-account={account}
      data-state={state ?? ""}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5"
    >
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{accountLabel(account)}</span>
        <span className="wrap-anywhere text-faint text-xs">{account}</span>
      </span>
      {state && <AccountStateBadge state={state} />}
      <Link
        to="/audit"
        search={{ target: account }}
        className="rounded-sm text-muted text-sm underline-offset-2 hover:underline"
        aria-label={t`History of ${account}`}
      >
        <Trans>History</Trans>
      </Link>
      {admin && state && (
        <span className="flex flex-wrap gap-2">
          {POSSIBLE[state].map((act) => (
            <Button key={act} size="sm" onClick={() => ask(act)}>
              {ACTS[act].label}
            </Button>
          ))}
        </span>
      )}
      <Dialog
        open={asked !== null}
        onOpenChange={(open) => !open && close()}
        title={asked ? ACTS[asked].title : ""}
        description={account}
        testId="state-dialog"
      >
        {asked && state && (
          <StateForm account={account} balances={balances} state={state} act={asked} onClose={close} />
        )}
      </Dialog>
    </li>
  );
}

function StateForm({
  account,
  balances,
  state,
  act,
  onClose,
}: {
  account: string;
  balances: BalanceView[];
  state: AccountState;
  act: AccountAct;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  // What the person looked at when they opened the dialog stays "before", also once the event has arrived.
  const [before] = useState(state);
  const [restTo, setRestTo] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<{ field: "reason" | "rest"; text: string } | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const { label, hint, danger } = ACTS[act];
  const held = useLive(({ balances: live }) =>
    balances.some(({ asset, held }) => !isZero(live[balanceKey(account, asset)]?.held ?? held)),
  );
  const after = act === "freeze" ? "frozen" : act === "close" ? (held ? "closing" : "closed") : "open";

  function submit(event: FormEvent) {
    event.preventDefault();
    const why = reason.trim();
    const rest = restTo.trim();
    if (act === "close" && !rest) {
      return setWrong({ field: "rest", text: t`Enter the account that gets what is left.` });
    }
    if (!why) return setWrong({ field: "reason", text: t`Say why: the audit log keeps it.` });
    setWrong(null);
    const body = { reason: why, ...(act === "close" && { rest_to: rest }) };
    void attempt(async () => {
      const made = await groat.write(
        ["account-state", account, act, body],
        (key) => changeState(account, act, body, key),
        { title: `${label}: ${account}` },
      );
      toast.success(`${accountLabel(account)}: ${ACCOUNT_STATES[made.state].label}`);
      await Promise.all(
        [["account"], ["user"], ["users"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      onClose();
    });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <p className="text-muted text-sm">{hint}</p>
      <div className="flex items-center gap-2 text-sm" data-testid="before-after">
        <AccountStateBadge state={before} />
        <ArrowRight className="size-4 text-faint" aria-label={t`becomes`} />
        <AccountStateBadge state={after} />
      </div>
      {act === "close" && (
        <>
          {balances.length > 0 && (
            <ul className="rounded-md bg-sunken px-3.5 py-2.5 text-sm">
              {balances.map((balance) => (
                <Rest key={balance.asset} balance={balance} />
              ))}
            </ul>
          )}
          <Field label={t`What is left goes to`} problem={wrong?.field === "rest" && wrong.text}>
            {(wiring) => (
              <Input
                {...wiring}
                autoFocus
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                placeholder={UNCLAIMED}
                value={restTo}
                onChange={(event) => {
                  setRestTo(event.target.value);
                  setWrong(null);
                }}
              />
            )}
          </Field>
        </>
      )}
      <ReasonField
        autoFocus={act !== "close"}
        hint={t`The audit log keeps it.`}
        problem={wrong?.field === "reason" && wrong.text}
        value={reason}
        onChange={(text) => {
          setReason(text);
          setWrong(null);
        }}
      />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look={danger ? "danger" : "primary"} guard={act} busy={busy}>
          {label}
        </Button>
      </div>
    </form>
  );
}

function Rest({ balance }: { balance: BalanceView }) {
  const shown = useShownBalance(balance);
  return (
    <li className="flex flex-wrap justify-between gap-x-3">
      <span className="text-muted">
        <Trans>Balance</Trans>
      </span>
      <Amount value={shown.balance} asset={balance.asset} />
    </li>
  );
}
