/** The addresses of the pages of vouchers. */
export const REDEEM: string = "/redeem";
export const CAMPAIGNS: string = "/campaigns";
export const CAMPAIGN: string = "/campaigns/$id";
export const CAMPAIGN_PRINT: string = "/campaigns/$id/print";
