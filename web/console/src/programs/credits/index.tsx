import { t } from "@lingui/core/macro";
import { CalendarClock, Hourglass, Receipt, RefreshCcw, ScanSearch, ShoppingBag, Tags } from "lucide-react";
import { defineProgram } from "../../registry/program";
import { lazyPage, lazyPiece } from "../../shell/missing";
import { filterOf, hasCredits } from "./data";
import { texts } from "./declared";
import { OverviewEnding } from "./ending";
import { MoneyOfPerson } from "./money-of-person";
import { hasOrders } from "./orders/data";
import { OrderLine } from "./orders/line";
import { PaidBy } from "./paid-by";
import { BUY, CATALOGUE, GRANT, GRANTS, ORDERS, REPORTS, TOP_UP, UPDATES } from "./paths";
import { hasTopUps } from "./topups/data";
import { vouchers } from "./vouchers";

export const credits = defineProgram({
  name: "credits",
  pages: [
    {
      path: GRANTS,
      component: lazyPage(() => import("./pages/grants"), "GrantsPage"),
      search: ({ account, asset }) => ({
        ...(typeof account === "string" && account && { account }),
        ...(typeof asset === "string" && asset && { asset }),
      }),
    },
    { path: GRANT, component: lazyPage(() => import("./pages/grant"), "GrantPage") },
    { path: REPORTS, component: lazyPage(() => import("./pages/reports"), "ReportsPage") },
    {
      path: UPDATES,
      component: lazyPage(() => import("./pages/updates"), "UpdatesPage"),
      search: (given) => ({ ...filterOf(given) }),
    },
    { path: TOP_UP, component: lazyPage(() => import("./pages/top-up"), "TopUpPage") },
    ...vouchers.pages,
    { path: BUY, component: lazyPage(() => import("./pages/buy"), "BuyPage") },
    {
      path: ORDERS,
      component: lazyPage(() => import("./pages/orders"), "OrdersPage"),
      search: ({ state }) => (typeof state === "string" && state ? { state } : {}),
    },
    { path: CATALOGUE, component: lazyPage(() => import("./pages/catalogue"), "CataloguePage") },
  ],
  nav: [
    {
      section: "own",
      order: 5,
      to: GRANTS,
      label: t`My credits`,
      short: t`Credits`,
      icon: Hourglass,
      when: (audience) => hasCredits(audience) && (!audience.staff || audience.funded),
    },
    {
      section: "own",
      order: 8,
      to: TOP_UP,
      label: t`Automatic top-up`,
      short: t`Top-up`,
      icon: RefreshCcw,
      when: (audience) => hasTopUps(audience) && (!audience.staff || audience.funded),
    },
    {
      section: "own",
      order: 6,
      to: BUY,
      label: t`Buy credits`,
      short: t`Buy`,
      icon: ShoppingBag,
      when: (audience) => hasOrders(audience) && !audience.staff,
    },
    {
      section: "own",
      order: 7,
      to: ORDERS,
      label: t`My orders`,
      short: t`Orders`,
      icon: Receipt,
      when: (audience) => hasOrders(audience) && !audience.staff,
    },
    {
      section: "staff",
      order: 31,
      to: ORDERS,
      label: t`Orders`,
      icon: Receipt,
      when: (audience) => hasOrders(audience) && audience.staff,
    },
    {
      section: "staff",
      order: 32,
      to: CATALOGUE,
      label: t`Catalogue`,
      icon: Tags,
      when: (audience) => hasOrders(audience) && audience.staff,
    },
    {
      section: "staff",
      order: 30,
      to: REPORTS,
      label: t`Credits`,
      icon: CalendarClock,
      when: (audience) => hasCredits(audience) && audience.staff,
    },
    {
      section: "staff",
      order: 31,
      to: UPDATES,
      label: t`Credit updates`,
      short: t`Updates`,
      icon: ScanSearch,
      when: (audience) => hasCredits(audience) && audience.staff,
    },
    ...vouchers.nav,
  ],
  palette: [
    {
      label: t`Who changed credits, and who saw it`,
      icon: ScanSearch,
      to: UPDATES,
      keywords: ["audit", "broadcast", "devices", "seen"],
      when: (audience) => hasCredits(audience) && audience.staff,
    },
    {
      label: t`What expires when`,
      icon: CalendarClock,
      to: REPORTS,
      keywords: ["liability", "breakage", "grants"],
      when: (audience) => hasCredits(audience) && audience.staff,
    },
    ...vouchers.palette,
  ],
  kinds: {
    recurring_grant: { fields: ["rollover"], plural: t`Recurring credits` },
    auto_top_up: {
      fields: ["below", "cooldown_min"],
      plural: t`Automatic top-ups`,
      page: { to: TOP_UP, label: t`Automatic top-up` },
    },
    credit_order: {
      fields: ["package", "price"],
      plural: t`Orders of credits`,
      page: { to: ORDERS, label: t`My orders` },
      Line: OrderLine,
      Face: lazyPiece(() => import("./orders/face"), "OrderFace"),
      acts: {
        fulfil: {
          title: t`Fulfill this order?`,
          Form: lazyPiece(() => import("./orders/fulfil-form"), "FulfilForm"),
        },
        refund: { Preview: lazyPiece(() => import("./orders/refund-preview"), "RefundPreview") },
      },
    },
    credit_payment: { fields: ["payment", "problem"], plural: t`Payments to look at` },
  },
  texts,
  slots: { overview: OverviewEnding, money: MoneyOfPerson, why: PaidBy },
  subjects: { grant: GRANT },
  categories: { credits: Hourglass },
});
