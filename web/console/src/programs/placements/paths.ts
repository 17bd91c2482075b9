/** The addresses of the pages of placements. */
export const DASHBOARD: string = "/candidate/dashboard";
export const PLACEMENTS: string = "/admin/placements";
export const PLACEMENT: string = "/admin/placement-details/$id";
export const CANDIDATES: string = "/admin/candidates";
export const CANDIDATE: string = "/admin/candidates/$user";
/** The pages of bulk runs, which another program brings. */
export const runPath = (run: string): string => `/runs/${run}`;
export const runDraftPath = (draft: string): string => `/runs/drafts/${draft}`;
/** Makes such a page lead back to its placement. */
export const backTo = (placement: string) => ({ back: PLACEMENT.replace("$id", placement) });
