import { formatAmount, GroatError, type PackageView, type PriceView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ShoppingBag } from "lucide-react";
import { useState } from "react";
import { explain } from "../../../api/problem";
import { ConfirmDialog } from "../../../parts/confirm-dialog";
import { useFile } from "../../../requests/use-file";
import { Button } from "../../../ui/button";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { daysOf, KIND, packagesQuery } from "../orders/data";
import { ORDERS } from "../paths";

interface Chosen {
  item: PackageView;
  price: PriceView;
}

/** The packages as cards; one that is chosen becomes an order. */
export function BuyPage() {
  const packages = useQuery(packagesQuery(false));
  const [chosen, setChosen] = useState<Chosen | null>(null);
  return (
    <>
      <PageHeader title={t`Buy credits`} hint={t`You have them as soon as they are paid.`}>
        <Button asChild>
          <Link to={ORDERS}>
            <Trans>My orders</Trans>
          </Link>
        </Button>
      </PageHeader>
      {packages.isPending ? (
        <Skeleton className="h-48 w-full !rounded-xl" />
      ) : packages.isError ? (
        <Card>
          <ErrorState error={packages.error} onRetry={() => void packages.refetch()} />
        </Card>
      ) : packages.data.length === 0 ? (
        <Card>
          <EmptyState icon={<ShoppingBag aria-hidden />} title={t`Nothing is sold at present`} />
        </Card>
      ) : (
        <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {packages.data.map((item) => (
            <PackageCard key={item.id} item={item} onChoose={(price) => setChosen({ item, price })} />
          ))}
        </ul>
      )}
      <Confirm chosen={chosen} onClose={() => setChosen(null)} />
    </>
  );
}

function PackageCard({ item, onChoose }: { item: PackageView; onChoose: (price: PriceView) => void }) {
  const days = daysOf(item.lasts_s);
  return (
    <li className="min-w-0">
      <Card className="flex h-full flex-col gap-3 p-5" data-testid="package" data-package={item.id}>
        <h2 className="wrap-anywhere font-semibold">{item.name}</h2>
        <Amount
          value={item.credits}
          asset={item.asset}
          className="font-semibold text-[1.75rem] leading-none tracking-[-0.02em]"
        />
        <div className="wrap-anywhere text-muted text-sm">
          {item.description && <p>{item.description}</p>}
          <p>{days === null ? t`They never expire.` : t`Valid for ${days} days.`}</p>
        </div>
        <div className="mt-auto flex flex-wrap gap-2 pt-2">
          {item.prices.map((price) => (
            <Button
              key={price.currency}
              look="primary"
              data-testid="buy"
              aria-label={t`Buy ${item.name} for ${formatAmount(price.amount)} ${price.currency}`}
              onClick={() => onChoose(price)}
            >
              {formatAmount(price.amount)} {price.currency}
            </Button>
          ))}
        </div>
      </Card>
    </li>
  );
}

function Confirm({ chosen, onClose }: { chosen: Chosen | null; onClose: () => void }) {
  const { file } = useFile();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [changed, setChanged] = useState("");
  function close() {
    setChanged("");
    onClose();
  }
  async function order() {
    if (!chosen) return;
    const { item, price } = chosen;
    try {
      const { id } = await file(KIND, { package: item.id, price: price.amount, currency: price.currency });
      await navigate({ to: "/requests/$kind/$id", params: { kind: KIND, id } });
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      await queries.invalidateQueries({ queryKey: ["credit-packages"] });
      setChanged(explain(error));
      throw error;
    }
  }
  return (
    <ConfirmDialog
      open={chosen !== null}
      onClose={close}
      title={t`Order ${chosen?.item.name ?? ""}?`}
      actLabel={t`Order now`}
      keepLabel={t`Not now`}
      act={order}
    >
      {chosen && (
        <Trans>
          <Amount value={chosen.item.credits} asset={chosen.item.asset} className="font-medium text-ink" />{" "}
          for{" "}
          <Amount
            value={chosen.price.amount}
            asset={chosen.price.currency}
            className="font-medium text-ink"
          />
          . You have them once it is paid.
        </Trans>
      )}
      {changed && <Notice tone="warn">{t`The catalogue has changed. Look at it again.`}</Notice>}
    </ConfirmDialog>
  );
}
