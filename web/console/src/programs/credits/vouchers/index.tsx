/** The pages of vouchers, and the ways to them. */
import { t } from "@lingui/core/macro";
import { Gift, Megaphone } from "lucide-react";
import type { ConsoleProgram } from "../../../registry/program";
import { lazyPage } from "../../../shell/missing";
import { hasCredits } from "../data";
import { CAMPAIGN, CAMPAIGN_PRINT, CAMPAIGNS, REDEEM } from "./paths";

export const vouchers = {
  pages: [
    {
      path: REDEEM,
      component: lazyPage(() => import("./redeem"), "RedeemPage"),
      search: ({ code }) => ({
        ...((typeof code === "string" || typeof code === "number") && { code: String(code) }),
      }),
    },
    { path: CAMPAIGNS, component: lazyPage(() => import("./campaigns"), "CampaignsPage") },
    { path: CAMPAIGN, component: lazyPage(() => import("./campaign"), "CampaignPage") },
    { path: CAMPAIGN_PRINT, component: lazyPage(() => import("./print"), "PrintPage") },
  ],
  nav: [
    {
      section: "own",
      order: 8,
      to: REDEEM,
      label: t`Redeem a code`,
      short: t`Redeem`,
      icon: Gift,
      when: (audience) => hasCredits(audience) && !audience.staff,
    },
    {
      section: "staff",
      order: 33,
      to: CAMPAIGNS,
      label: t`Campaigns`,
      icon: Megaphone,
      when: (audience) => hasCredits(audience) && audience.staff,
    },
  ],
  palette: [
    {
      label: t`Redeem a code`,
      icon: Gift,
      to: REDEEM,
      keywords: ["voucher", "coupon", "gift"],
      when: hasCredits,
    },
  ],
} satisfies Pick<ConsoleProgram, "pages" | "nav" | "palette">;
