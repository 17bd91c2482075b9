import type { BalanceView, UserView } from "@groat/client";
import { GrantsOfPerson } from "./ending";
import { TopUpOfPerson } from "./topups/of-person";

/** Below the balances of a person that staff look at: the grants, the automatic top-up and the alert of one of them. */
export function MoneyOfPerson(looked: { person: UserView; balance: BalanceView }) {
  return (
    <>
      <GrantsOfPerson {...looked} />
      <TopUpOfPerson {...looked} />
    </>
  );
}
