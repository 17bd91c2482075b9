import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bitcoin, CreditCard, HandCoins, Send } from "lucide-react";
import { useKind } from "../../api/requests";
import { type Audience, defineProgram, type KindModule, type NavEntry } from "../../registry/program";
import { lazyPage, lazyPiece } from "../../shell/missing";
import { Button } from "../../ui/button";
import { dataOf, TELLING } from "./data";
import { texts } from "./declared";
import {
  AddressLine,
  CardLine,
  CoinsLine,
  LoanLine,
  OrderLine,
  PaymentLine,
  RecipientLine,
  TransferLine,
} from "./lines";
import { BITCOIN, CARDS, LOANS, NEW_TRANSFER, TRANSFERS } from "./paths";

/** Whether the reader has the pages of this kind. Staff have them only for money of their own. */
const has =
  (name: keyof typeof TELLING) =>
  ({ staff, funded, kinds }: Audience) =>
    (!staff || funded) && TELLING[name] in ((kinds.get(name)?.schema.properties ?? {}) as object);

const place = (kind: keyof typeof TELLING, to: string, label: string, icon: NavEntry["icon"]): NavEntry => ({
  section: "own",
  order: 10,
  to,
  label,
  icon,
  when: has(kind),
});

const transfers = { to: TRANSFERS, label: t`Transfers` };
const cards = { to: CARDS, label: t`Cards` };
const loans = { to: LOANS, label: t`Loans` };
const bitcoin = { to: BITCOIN, label: t`Bitcoin` };

const faces = () => import("./faces");
const TransferForm = lazyPiece(() => import("./transfer-form"), "TransferForm");

const kinds: Record<keyof typeof TELLING, KindModule> = {
  transfer: {
    plural: t`Transfers`,
    page: transfers,
    Line: TransferLine,
    Face: lazyPiece(faces, "TransferFace"),
    form: { title: t`Send money`, Form: TransferForm },
  },
  standing_order: {
    plural: t`Standing orders`,
    page: transfers,
    Line: OrderLine,
    Face: lazyPiece(faces, "OrderFace"),
    form: { title: t`Set up a standing order`, Form: TransferForm },
  },
  beneficiary: {
    plural: t`Saved recipients`,
    page: transfers,
    Line: RecipientLine,
    Face: lazyPiece(faces, "RecipientFace"),
    form: { title: t`Save a recipient`, Form: lazyPiece(() => import("./recipient-form"), "RecipientForm") },
  },
  card: {
    plural: t`Cards`,
    page: cards,
    Line: CardLine,
    Face: lazyPiece(faces, "CardFace"),
    mark: (request) => {
      const last4 = dataOf("card", request)?.last4;
      return last4 ? `••${last4}` : "";
    },
    form: { title: t`Apply for a card`, Form: lazyPiece(() => import("./card-form"), "CardForm") },
    acts: {
      set_limit: { title: t`Monthly limit`, Form: lazyPiece(() => import("./limit-form"), "LimitForm") },
    },
  },
  card_payment: {
    plural: t`Card payments`,
    page: cards,
    Line: PaymentLine,
    Face: lazyPiece(faces, "PaymentFace"),
    form: { title: t`Card payment`, Form: lazyPiece(() => import("./payment-form"), "PaymentForm") },
  },
  loan: {
    plural: t`Loans`,
    page: loans,
    Line: LoanLine,
    Face: lazyPiece(faces, "LoanFace"),
    form: { title: t`Apply for a loan`, Form: lazyPiece(() => import("./loan-form"), "LoanForm") },
    acts: {
      repay: { title: t`Repay`, Form: lazyPiece(() => import("./repay-form"), "RepayForm") },
      approve: { Preview: lazyPiece(() => import("./terms-preview"), "TermsPreview") },
    },
  },
  bitcoin_transaction: {
    plural: t`Bitcoin`,
    page: bitcoin,
    Line: CoinsLine,
    Face: lazyPiece(faces, "CoinsFace"),
    form: {
      title: t`Withdraw bitcoin`,
      staffTitle: t`Withdraw bitcoin`,
      Form: lazyPiece(() => import("./withdraw-form"), "WithdrawForm"),
    },
  },
  bitcoin_address: {
    plural: t`Bitcoin addresses`,
    page: bitcoin,
    Line: AddressLine,
    Face: lazyPiece(faces, "AddressFace"),
  },
};

/** The way to a new transfer, beside a balance. */
function SendMoney() {
  if (!useKind("transfer")) return null;
  return (
    <Button asChild look="primary">
      <Link to={NEW_TRANSFER}>
        <Send aria-hidden /> <Trans>Send money</Trans>
      </Link>
    </Button>
  );
}

export const bank = defineProgram({
  name: "bank",
  pages: [
    { path: TRANSFERS, component: lazyPage(() => import("./pages/transfers"), "TransfersPage") },
    {
      path: NEW_TRANSFER,
      component: lazyPage(() => import("./pages/new-transfer"), "NewTransferPage"),
      // A saved recipient that is chosen already.
      search: ({ to }) => (typeof to === "string" && to ? { to } : {}),
    },
    { path: CARDS, component: lazyPage(() => import("./pages/cards"), "CardsPage") },
    { path: LOANS, component: lazyPage(() => import("./pages/loans"), "LoansPage") },
    { path: BITCOIN, component: lazyPage(() => import("./pages/bitcoin"), "BitcoinPage") },
  ],
  nav: [
    place("transfer", TRANSFERS, t`Transfers`, Send),
    place("card", CARDS, t`Cards`, CreditCard),
    place("loan", LOANS, t`Loans`, HandCoins),
    place("bitcoin_transaction", BITCOIN, t`Bitcoin`, Bitcoin),
  ],
  palette: [
    {
      label: t`Send money`,
      icon: Send,
      to: NEW_TRANSFER,
      keywords: ["transfer", "pay"],
      when: has("transfer"),
    },
    { label: t`Apply for a card`, icon: CreditCard, to: "/requests/card/new", when: has("card") },
    { label: t`Apply for a loan`, icon: HandCoins, to: "/requests/loan/new", when: has("loan") },
  ],
  kinds: Object.fromEntries(
    Object.entries(kinds).map(([name, module]) => [
      name,
      { ...module, fields: [TELLING[name as keyof typeof TELLING]] },
    ]),
  ),
  texts,
  slots: { overview: SendMoney },
  categories: { transfers: Send, cards: CreditCard, loans: HandCoins, bitcoin: Bitcoin },
});
