/** The addresses of the bank's pages. */
export const TRANSFERS: string = "/transfers";
export const NEW_TRANSFER: string = "/transfers/new";
export const CARDS: string = "/cards";
export const LOANS: string = "/loans";
export const BITCOIN: string = "/bitcoin";
