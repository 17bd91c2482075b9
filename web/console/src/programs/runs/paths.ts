/** The addresses of the pages of bulk runs. */
export const RUNS: string = "/runs";
export const NEW_RUN: string = "/runs/new";
export const DRAFT: string = "/runs/drafts/$draft";
export const RUN: string = "/runs/$run";
