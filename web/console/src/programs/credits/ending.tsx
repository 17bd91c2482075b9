import { type BalanceView, formatAmount, type UserView } from "@groat/client";
import { useGrants } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Hourglass, Plus } from "lucide-react";
import { useState } from "react";
import { cx } from "../../lib/cx";
import { formatFull, formatUntil } from "../../lib/time";
import { useRights, useWatch } from "../../live/hooks";
import { useAudience } from "../../shell/audience";
import { Button } from "../../ui/button";
import { ErrorState, SkeletonRows } from "../../ui/states";
import { Card, CardHeader } from "../../ui/surface";
import { useNow } from "../../ui/text";
import { hasCredits } from "./data";
import { GiveDialog } from "./give-dialog";
import { GrantList } from "./grant-list";
import { GRANTS } from "./paths";

const DAY_MS = 86_400_000;
/** Nothing is said of what expires later than this. */
const AHEAD_MS = 30 * DAY_MS;

/** "120 CREDIT expire in 7 days", with what follows from it one click away; nothing where nothing expires soon. */
function Ending({ account, asset, own }: { account: string; asset: string; own: boolean }) {
  const { ending } = useGrants({ account, asset });
  const now = useNow(60_000);
  if (ending === null || Date.parse(ending.at) - now > AHEAD_MS) return null;
  const soon = Date.parse(ending.at) - now < 2 * DAY_MS;
  return (
    <Link
      to={GRANTS}
      search={own ? { asset } : { account, asset }}
      data-testid="ending"
      title={formatFull(Date.parse(ending.at))}
      className={cx(
        "inline-flex items-center gap-1.5 rounded-md border px-2.5 py-1.5 font-medium text-sm hover:underline",
        soon ? "border-warn/25 bg-warn-soft text-warn" : "border-line bg-surface text-muted",
      )}
    >
      <Hourglass className="size-4 shrink-0" aria-hidden />
      <span className="num">
        {t`${formatAmount(ending.amount)} ${asset} expire ${formatUntil(Date.parse(ending.at), now)}`}
      </span>
    </Link>
  );
}

/** In the head of the overview. */
export function OverviewEnding({ balance }: { balance: BalanceView }) {
  const audience = useAudience();
  return hasCredits(audience) ? <Ending account={balance.account} asset={balance.asset} own /> : null;
}

/** The grants of the balance that staff look at, and the way to give one. */
export function GrantsOfPerson({ person, balance }: { person: UserView; balance: BalanceView }) {
  const audience = useAudience();
  return hasCredits(audience) ? <Grants person={person} balance={balance} /> : null;
}

function Grants({ person, balance: { account, asset } }: { person: UserView; balance: BalanceView }) {
  useWatch(person.user);
  const { admin } = useRights();
  const { grants, loading, error, refresh } = useGrants({ account, asset });
  const [giving, setGiving] = useState(false);
  return (
    <Card data-testid="grants-card">
      <CardHeader
        title={t`Grants`}
        hint={t`Credits with terms of their own, in the order in which they are spent`}
      >
        <Ending account={account} asset={asset} own={false} />
        <Button asChild size="sm">
          <Link to={GRANTS} search={{ account, asset }}>
            <Trans>All grants</Trans>
          </Link>
        </Button>
        {admin && (
          <Button size="sm" look="primary" onClick={() => setGiving(true)}>
            <Plus aria-hidden /> <Trans>Grant credits</Trans>
          </Button>
        )}
      </CardHeader>
      {error && grants.length === 0 ? (
        <ErrorState error={error} onRetry={refresh} />
      ) : loading && grants.length === 0 ? (
        <SkeletonRows rows={2} />
      ) : grants.length === 0 ? (
        <p className="px-4 pb-5 text-muted text-sm sm:px-5">
          <Trans>Nothing of this balance has terms.</Trans>
        </p>
      ) : (
        <GrantList grants={grants.slice(0, 5)} numbered />
      )}
      <GiveDialog
        target={giving ? { account, asset, name: person.name || person.user } : null}
        onClose={() => setGiving(false)}
      />
    </Card>
  );
}
