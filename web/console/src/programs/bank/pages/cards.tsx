import { GroatError, type KindView, type RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { CreditCard, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { useKind } from "../../../api/requests";
import { Acts, useNames } from "../../../requests/acts";
import { toastId, transitionOf } from "../../../requests/kinds";
import { StateBadge } from "../../../requests/marks";
import { OfKind } from "../../../requests/of-kind";
import { useOwn } from "../../../requests/request-list";
import { explainRefusal, useTake } from "../../../requests/use-take";
import { Button } from "../../../ui/button";
import { Switch } from "../../../ui/field";
import { useSeen } from "../../../ui/seen";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { CardVisual } from "../card-visual";
import { type CardData, dataOf } from "../data";
import { Usage } from "../pieces";

const FREEZING = ["freeze", "unfreeze"];

/** A person's cards: each as one holds it, with what it may spend, a switch to freeze it, and what it paid last. */
export function CardsPage() {
  const cards = useOwn("card");
  const open = cards.items.filter((card) => card.open);
  const former = cards.items.filter((card) => !card.open);
  const apply = (
    <Button asChild look="primary">
      <Link to="/requests/$kind/new" params={{ kind: "card" }}>
        <Plus aria-hidden /> <Trans>Apply for a card</Trans>
      </Link>
    </Button>
  );
  return (
    <>
      <PageHeader title={t`Cards`} hint={t`Only the last four digits and the expiry are kept here.`}>
        {open.length > 0 && apply}
      </PageHeader>
      {cards.loading && cards.items.length === 0 ? (
        <Skeleton className="h-64 w-full !rounded-xl" />
      ) : cards.error && cards.items.length === 0 ? (
        <Card>
          <ErrorState error={cards.error} onRetry={cards.refresh} />
        </Card>
      ) : (
        <OfKind name="card">
          {(kind) => (
            <div className="flex flex-col gap-5">
              {open.length === 0 && (
                <Card>
                  <EmptyState icon={<CreditCard aria-hidden />} title={t`No card yet`} action={apply}>
                    <Trans>It is made as soon as somebody has approved it.</Trans>
                  </EmptyState>
                </Card>
              )}
              {open.map((card) => (
                <CardPanel key={card.id} kind={kind} request={card} />
              ))}
              {former.length > 0 && <Former kind={kind} cards={former} />}
            </div>
          )}
        </OfKind>
      )}
    </>
  );
}

function CardPanel({ kind, request }: { kind: KindView; request: RequestView }) {
  const card = dataOf("card", request);
  if (!card) return null;
  const made = card.last4 !== "";
  return (
    <Card className="@container p-4 sm:p-6" data-testid="card-panel" data-row={request.id}>
      <div className="grid items-start gap-6 @2xl:grid-cols-[20rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-4">
          <Link
            to="/requests/$kind/$id"
            params={{ kind: "card", id: request.id }}
            className="block max-w-[22rem] rounded-xl"
          >
            <CardVisual card={card} state={request.state} />
          </Link>
          <Acts kind={kind} request={request} omit={FREEZING} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {made ? (
            <>
              <div className="flex flex-wrap items-center justify-between gap-3">
                <StateBadge kind={kind} state={request.state} />
                <Freeze kind={kind} request={request} />
              </div>
              <Usage card={card} />
              <Payments card={request} />
            </>
          ) : (
            <Waiting kind={kind} request={request} card={card} />
          )}
        </div>
      </div>
    </Card>
  );
}

function Waiting({ kind, request, card }: { kind: KindView; request: RequestView; card: CardData }) {
  return (
    <div>
      <StateBadge kind={kind} state={request.state} />
      <p className="mt-2 text-muted text-sm">
        <Trans>
          <Amount value={card.limit} asset={card.asset} /> a month · applied{" "}
          <Time at={request.filed_at} form="age" />
        </Trans>
      </p>
    </div>
  );
}

/** Frozen or not: at once, and back again as easily. */
function Freeze({ kind, request }: { kind: KindView; request: RequestView }) {
  const { take, busy } = useTake();
  const nameOf = useNames();
  const [problem, setProblem] = useState<string | null>(null);
  const toggle = useRef<HTMLButtonElement>(null);
  const { isNew, refuses } = useSeen(toggle, `${request.state} ${request.version}`);
  const frozen = request.state === "frozen";
  const transition = transitionOf(kind, frozen ? "unfreeze" : "freeze");
  if (!transition?.from.includes(request.state)) return null;
  async function change() {
    if (!transition || busy) return;
    setProblem(null);
    try {
      const after = await take(request, transition);
      toast.success(after.state === "frozen" ? t`Card frozen` : t`Card can be used again`, {
        id: toastId(request),
      });
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem(explainRefusal(error, kind, nameOf));
    }
  }
  return (
    <div>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch is in it */}
      <label className="flex items-center gap-3 font-medium text-sm">
        <Trans>Frozen</Trans>
        <Switch
          ref={toggle}
          checked={frozen}
          aria-busy={busy !== null}
          aria-disabled={isNew || undefined}
          onClick={(event) => refuses(event) && event.preventDefault()}
          onCheckedChange={() => void change()}
        />
      </label>
      {problem && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
    </div>
  );
}

const PAYMENTS_SHOWN = 4;

function Payments({ card }: { card: RequestView }) {
  const kind = useKind("card_payment");
  const payments = useOwn("card_payment", { parent: card.id });
  if (!kind || payments.items.length === 0) return null;
  return (
    <section aria-label={t`Latest payments`}>
      <ul className="divide-y divide-line border-line border-y text-sm">
        {payments.items.slice(0, PAYMENTS_SHOWN).map((request) => {
          const payment = dataOf("card_payment", request);
          const { amount, asset } = request;
          return (
            payment && (
              <li key={request.id} data-testid="card-payment" data-state={request.state}>
                <Link
                  to="/requests/$kind/$id"
                  params={{ kind: "card_payment", id: request.id }}
                  className="flex items-center justify-between gap-3 py-2 hover:bg-hover/60"
                >
                  <span className="min-w-0">
                    <span className="block truncate font-medium">{payment.merchant}</span>
                    <Time at={request.filed_at} form="age" className="text-faint text-xs" />
                  </span>
                  <span className="flex items-center gap-3">
                    {request.state !== "captured" && <StateBadge kind={kind} state={request.state} />}
                    <Amount
                      value={payment.captured || amount || "0"}
                      asset={asset ?? ""}
                      className="font-medium"
                    />
                  </span>
                </Link>
              </li>
            )
          );
        })}
      </ul>
      {payments.items.length > PAYMENTS_SHOWN && (
        <Link
          to="/requests/$kind/$id"
          params={{ kind: "card", id: card.id }}
          className="mt-2 inline-block rounded-sm text-muted text-sm underline decoration-line underline-offset-2 hover:text-ink"
        >
          <Trans>All payments</Trans>
        </Link>
      )}
    </section>
  );
}

function Former({ kind, cards }: { kind: KindView; cards: RequestView[] }) {
  return (
    <Card aria-label={t`Former cards and applications`} className="px-4 py-3 sm:px-5">
      <h2 className="mb-1 font-semibold text-[0.9375rem]">
        <Trans>Former</Trans>
      </h2>
      <ul className="divide-y divide-line text-sm">
        {cards.map((request) => {
          const card = dataOf("card", request);
          return (
            <li key={request.id} className="flex items-center justify-between gap-3 py-2">
              <Link
                to="/requests/$kind/$id"
                params={{ kind: "card", id: request.id }}
                className="min-w-0 truncate rounded-sm font-medium hover:underline"
              >
                {card?.last4 ? `•••• ${card.last4}` : t`For ${card?.holder ?? t`somebody`}`}
              </Link>
              <StateBadge kind={kind} state={request.state} />
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
