/** The addresses of the pages of credits. */
export const GRANTS: string = "/grants";
export const GRANT: string = "/grants/$id";
export const REPORTS: string = "/credits";
export const UPDATES: string = "/credit-updates";
export const TOP_UP: string = "/top-up";
export const BUY: string = "/buy-credits";
export const ORDERS: string = "/orders";
export const CATALOGUE: string = "/catalogue";
