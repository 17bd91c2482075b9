import { type GrantView, isZero } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Badge } from "../../ui/surface";
import { Amount, Time } from "../../ui/text";
import { Bar } from "./bar";
import { GRANT } from "./paths";
import { CLASSES, grantName, STATES } from "./words";

/** Grants as a list: what is left of each, until when, and how far it is spent. */
export function GrantList({
  grants,
  numbered = false,
}: {
  grants: readonly GrantView[];
  numbered?: boolean;
}) {
  const List = numbered ? "ol" : "ul";
  return (
    <List className="divide-y divide-line border-line border-t" data-testid="grants">
      {grants.map((grant) => (
        <Row key={grant.id} grant={grant} />
      ))}
    </List>
  );
}

function Row({ grant }: { grant: GrantView }) {
  const name = grantName(grant);
  return (
    <li
      data-testid="grant"
      data-row={grant.id}
      data-state={grant.state}
      className="relative px-4 py-3 transition-colors hover:bg-hover/60 sm:px-5"
    >
      <div className="flex items-baseline justify-between gap-4">
        <p className="min-w-0">
          <Link
            to={GRANT}
            params={{ id: grant.id }}
            className="wrap-anywhere rounded-sm font-medium text-sm after:absolute after:inset-0 hover:underline"
          >
            {name}
          </Link>
        </p>
        <p className="shrink-0 text-right">
          <Amount
            value={grant.state === "live" ? grant.remaining : grant.amount}
            asset={grant.asset}
            className="font-semibold"
          />
        </p>
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs">
        <Badge tone={grant.class === "paid" ? "accent" : "plain"}>{CLASSES[grant.class]}</Badge>
        {grant.state !== "live" && <Badge tone={STATES[grant.state].tone}>{STATES[grant.state].label}</Badge>}
        <Until grant={grant} />
        {!isZero(grant.held) && (
          <span>
            · <Amount value={grant.held} className="[&_span]:text-inherit" /> <Trans>held</Trans>
          </span>
        )}
        <span className="num ml-auto">
          <Trans>
            of <Amount value={grant.amount} className="[&_span]:text-inherit" />
          </Trans>
        </span>
      </div>
      <Bar grant={grant} className="mt-2" label={t`How far ${name} is spent`} />
    </li>
  );
}

/** Until when a grant can be spent, or could. */
export function Until({ grant: { expires_at, state } }: { grant: GrantView }) {
  if (expires_at === null) return <span>{t`Never expires`}</span>;
  return state === "live" ? (
    <span>
      <Trans>
        Expires <Time at={expires_at} form="age" />
      </Trans>
    </span>
  ) : (
    <Time at={expires_at} />
  );
}
