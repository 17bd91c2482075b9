/** The pages of the bank's own that show a kind of requests; other kinds have those made from their declaration. */
export const BANK_PAGES = {
  transfer: { to: "/transfers", label: "Transfers" },
  beneficiary: { to: "/transfers", label: "Transfers" },
  standing_order: { to: "/transfers", label: "Transfers" },
  card: { to: "/cards", label: "Cards" },
  card_payment: { to: "/cards", label: "Cards" },
  loan: { to: "/loans", label: "Loans" },
  bitcoin_transaction: { to: "/bitcoin", label: "Bitcoin" },
  bitcoin_address: { to: "/bitcoin", label: "Bitcoin" },
} as const;

/** The page of the bank's own for a kind, null for others. */
export function bankPage(kind: string): (typeof BANK_PAGES)[keyof typeof BANK_PAGES] | null {
  return kind in BANK_PAGES ? BANK_PAGES[kind as keyof typeof BANK_PAGES] : null;
}
