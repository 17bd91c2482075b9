import type { PackageView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Plus, Tags } from "lucide-react";
import { useState } from "react";
import { useRights } from "../../../live/hooks";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge, Card, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { daysOf, packagesQuery } from "../orders/data";
import { PackageDialog } from "../orders/package-dialog";

export function CataloguePage() {
  return (
    <StaffOnly>
      <Catalogue />
    </StaffOnly>
  );
}

/** All packages with all of their prices. */
function Catalogue() {
  const { admin } = useRights();
  const packages = useQuery(packagesQuery(true));
  const [edited, setEdited] = useState<PackageView | "new" | null>(null);
  return (
    <>
      <PageHeader
        title={t`Catalogue`}
        hint={t`The packages of credits that people buy. Orders keep the price for which they were filed.`}
      >
        {admin && (
          <Button look="primary" onClick={() => setEdited("new")}>
            <Plus aria-hidden /> <Trans>New package</Trans>
          </Button>
        )}
      </PageHeader>
      <Card data-testid="catalogue">
        {packages.isPending ? (
          <SkeletonRows />
        ) : packages.isError ? (
          <ErrorState error={packages.error} onRetry={() => void packages.refetch()} />
        ) : packages.data.length === 0 ? (
          <EmptyState icon={<Tags aria-hidden />} title={t`No packages yet`} />
        ) : (
          <ul className="divide-y divide-line">
            {packages.data.map((item) => (
              <PackageRow key={item.id} item={item} onEdit={admin ? () => setEdited(item) : null} />
            ))}
          </ul>
        )}
      </Card>
      <PackageDialog edited={edited} onClose={() => setEdited(null)} />
    </>
  );
}

function PackageRow({ item, onEdit }: { item: PackageView; onEdit: (() => void) | null }) {
  const days = daysOf(item.lasts_s);
  return (
    <li className="flex flex-col gap-3 px-4 py-4 sm:px-5" data-testid="package-row" data-package={item.id}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <h2 className="wrap-anywhere flex flex-wrap items-center gap-2 font-medium">
            {item.name} <Badge tone={item.sold ? "good" : "plain"}>{item.sold ? t`Sold` : t`Not sold`}</Badge>
          </h2>
          <p className="text-muted text-sm">
            <Amount value={item.credits} asset={item.asset} /> ·{" "}
            {days === null ? t`never expire` : t`valid for ${days} days`}
          </p>
        </div>
        {onEdit && (
          <Button size="sm" onClick={onEdit} aria-label={t`Edit ${item.name}`}>
            <Trans>Edit</Trans>
          </Button>
        )}
      </div>
      <Prices item={item} />
      {item.active_to && (
        <p className="text-muted text-sm">
          <Trans>
            Sold until <Time at={item.active_to} form="short" />
          </Trans>
        </p>
      )}
    </li>
  );
}

/** The prices in the order of their beginnings; the one that holds is marked. */
function Prices({ item }: { item: PackageView }) {
  const now = new Date().toISOString();
  const holds = new Map(
    item.prices.filter(({ from }) => from <= now).map((price) => [price.currency, price]),
  );
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {item.prices.map((price) => {
        const begun = price.from <= now;
        const current = holds.get(price.currency) === price;
        return (
          <li key={`${price.currency} ${price.from}`} className="flex flex-wrap items-center gap-x-3">
            <Amount
              value={price.amount}
              asset={price.currency}
              className={current ? "font-medium" : "text-muted"}
            />
            <span className="text-faint text-xs">
              {begun ? t`since` : t`from`} <Time at={price.from} form="short" />
              {current && ` · ${t`holds now`}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
