import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountQuery } from "../../../api/queries";
import { inOrder } from "../../../lib/accounts";
import { usePerson } from "../../../live/hooks";
import { OfKind } from "../../../requests/of-kind";
import { Field, Select } from "../../../ui/field";
import { PageHeader } from "../../../ui/surface";
import { AlertCard } from "../topups/alert-card";
import { KIND } from "../topups/data";
import { RuleCard } from "../topups/rule-card";

/** A person's automatic top-up, and when they are told that few credits are left. */
export function TopUpPage() {
  const { user } = usePerson();
  const account = `user:${user}`;
  const balances = useQuery(accountQuery(account)).data?.balances ?? [];
  const codes = [...balances].sort(inOrder).map((balance) => balance.asset);
  const first = codes.includes("CREDIT") ? "CREDIT" : codes[0];
  const [picked, setPicked] = useState("");
  const asset = picked || first || "CREDIT";
  return (
    <>
      <PageHeader title={t`Automatic top-up`} hint={t`Never run out: buy more, or be told, below an amount.`}>
        {codes.length > 1 && (
          <Field label={<span className="sr-only">{t`Asset`}</span>} className="w-32">
            {(wiring) => (
              <Select {...wiring} value={asset} onChange={(event) => setPicked(event.target.value)}>
                {codes.map((code) => (
                  <option key={code}>{code}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <OfKind name={KIND}>
          {(kind) => <RuleCard key={asset} kind={kind} user={user} asset={asset} own />}
        </OfKind>
        <AlertCard key={asset} account={account} asset={asset} />
      </div>
    </>
  );
}
