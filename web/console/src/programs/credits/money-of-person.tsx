import type { BalanceView, UserView } from "@groat/client";
import { useAudience } from "../../shell/audience";
import { BudgetsCard } from "./budgets-card";
import { hasCredits } from "./data";
import { GrantsOfPerson } from "./ending";
import { TopUpOfPerson } from "./topups/of-person";

/** Below the balances of a person that staff look at: the grants, the budgets, the automatic top-up and the alert of one of them. */
export function MoneyOfPerson(looked: { person: UserView; balance: BalanceView }) {
  const audience = useAudience();
  const { account, asset } = looked.balance;
  return (
    <>
      <GrantsOfPerson {...looked} />
      {hasCredits(audience) && <BudgetsCard account={account} asset={asset} own={false} />}
      <TopUpOfPerson {...looked} />
    </>
  );
}
