import { t } from "@lingui/core/macro";
import { CalendarClock, Hourglass, ScanSearch } from "lucide-react";
import { defineProgram } from "../../registry/program";
import { lazyPage } from "../../shell/missing";
import { filterOf, hasCredits } from "./data";
import { GrantsOfPerson, OverviewEnding } from "./ending";
import { PaidBy } from "./paid-by";
import { GRANT, GRANTS, REPORTS, UPDATES } from "./paths";

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
  ],
  kinds: { recurring_grant: { fields: ["rollover"], plural: t`Recurring credits` } },
  slots: { overview: OverviewEnding, money: GrantsOfPerson, why: PaidBy },
  subjects: { grant: GRANT },
  categories: { credits: Hourglass },
});
