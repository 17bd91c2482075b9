import type { BalanceView, UserView } from "@groat/client";
import { useKind } from "../../../api/requests";
import { useWatch } from "../../../live/hooks";
import { useAudience } from "../../../shell/audience";
import { AlertCard } from "./alert-card";
import { hasTopUps, KIND } from "./data";
import { RuleCard } from "./rule-card";

/** The automatic top-up and the alert of the balance that staff look at. */
export function TopUpOfPerson({ person, balance }: { person: UserView; balance: BalanceView }) {
  const audience = useAudience();
  const kind = useKind(KIND);
  useWatch(person.user);
  if (!hasTopUps(audience) || !kind || balance.account !== `user:${person.user}`) return null;
  return (
    <>
      <RuleCard key={balance.asset} kind={kind} user={person.user} asset={balance.asset} own={false} />
      <AlertCard account={balance.account} asset={balance.asset} />
    </>
  );
}
