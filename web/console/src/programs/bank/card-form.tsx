import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { userQuery } from "../../api/queries";
import { usePerson } from "../../live/hooks";
import { AmountInput } from "../../parts/money";
import type { FormProps } from "../../registry/program";
import { useDraft } from "../../requests/draft";
import { Review, ReviewButton } from "../../requests/review";
import { Fact, Facts } from "../../ui/facts";
import { Field, Input, Select } from "../../ui/field";
import { Amount } from "../../ui/text";
import { type CardDraft, fieldOf, readCard } from "./applications";
import { useAssetChoice } from "./asset-choice";
import { CardVisual } from "./card-visual";

const FIELDS = ["holder", "asset", "limit"] as const;
const HOLDER_MAX = 40;

/** Asks for the name on the card, its asset and its monthly limit; then shows all of it for review. */
export function CardForm({ owner, act, send }: FormProps) {
  const own = usePerson().user === owner;
  const name = useFullName(owner);
  const { assets, codes, first, balanceOf } = useAssetChoice(owner);
  const form = useDraft<CardDraft, CardDraft>(
    { holder: name.slice(0, HOLDER_MAX), asset: first, limit: "" },
    {
      read: (draft) => readCard(draft, assets),
      send: (card) => send({ ...card }),
      fieldOf: (error) => fieldOf(error, FIELDS, "limit"),
    },
  );
  const { draft, problems, set, text, review } = form;

  if (review.reviewed) {
    const { holder, asset, limit } = review.reviewed;
    return (
      <Review review={review} act={act}>
        <h2 className="text-muted text-sm">{own ? t`You apply for` : t`Application for`}</h2>
        <Picture holder={holder} />
        <Facts>
          <Fact label={t`Name on the card`}>{holder}</Fact>
          <Fact label={t`Pays from`}>
            <Trans>Main account, {asset}</Trans>
          </Fact>
          <Fact label={t`Monthly limit`}>
            <Amount value={limit} asset={asset} className="font-medium" />
          </Fact>
        </Facts>
        <p className="text-muted text-sm">
          <Trans>It is made as soon as the bank has approved it</Trans>
          {own
            ? t`; until then you can cancel. You can lower the limit at any time; only the bank can raise it again.`
            : t`; until then its holder can cancel. Its holder can lower the limit at any time.`}
        </p>
      </Review>
    );
  }
  const balance = balanceOf(draft.asset);
  return (
    <form id={form.id} onSubmit={form.onSubmit} className="flex flex-col gap-5" noValidate>
      <Picture holder={draft.holder} />
      <Field label={t`Name on the card`} problem={problems.holder}>
        {(wiring) => (
          <Input {...wiring} aria-required autoComplete="name" maxLength={HOLDER_MAX} {...text("holder")} />
        )}
      </Field>
      <Field
        label={t`Pays from`}
        hint={
          <span className="num">
            {balance
              ? t`${formatAmount(balance.available)} ${draft.asset} available now.`
              : own
                ? t`There is no ${draft.asset} on your account yet.`
                : t`There is no ${draft.asset} on the account yet.`}
          </span>
        }
        problem={problems.asset}
      >
        {(wiring) => (
          <Select {...wiring} {...text("asset")}>
            {codes.map((code) => (
              <option key={code} value={code}>
                <Trans>Main · {code}</Trans>
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        label={t`Limit a month, ${draft.asset}`}
        hint={t`What it may spend in a calendar month at most.`}
        problem={problems.limit}
      >
        {(wiring) => (
          <AmountInput
            {...wiring}
            aria-required
            className="max-w-52 !text-lg font-medium"
            asset={draft.asset}
            value={draft.limit}
            onChange={(limit) => set({ limit })}
          />
        )}
      </Field>
      <ReviewButton />
    </form>
  );
}

/** A person's name as it may stand on a card; "" while it is not known. */
function useFullName(user: string): string {
  const me = usePerson();
  const query = useQuery({ ...userQuery(user), enabled: user !== me.user });
  return user === me.user ? me.name : (query.data?.name ?? "");
}

/** The card as it would look. */
function Picture({ holder }: { holder: string }) {
  const card = { holder, asset: "", limit: "", last4: "", expiry: "", month: "", spent: "" };
  return (
    <div className="max-w-64">
      <CardVisual card={card} state="pending" />
    </div>
  );
}
