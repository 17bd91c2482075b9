import { t } from "@lingui/core/macro";
import { GraduationCap, LayoutDashboard, UsersRound } from "lucide-react";
import { type Audience, defineProgram } from "../../registry/program";
import { lazyPage } from "../../shell/missing";
import { CANDIDATE, CANDIDATES, DASHBOARD, PLACEMENT, PLACEMENTS } from "./paths";

const hasPlacements = ({ programs }: Audience) => programs.has("placements");

export const placements = defineProgram({
  name: "placements",
  pages: [
    { path: DASHBOARD, component: lazyPage(() => import("./pages/dashboard"), "DashboardPage") },
    {
      path: PLACEMENTS,
      component: lazyPage(() => import("./pages/placements"), "PlacementsPage"),
      search: ({ archived }) => (archived === true ? { archived } : {}),
    },
    { path: PLACEMENT, component: lazyPage(() => import("./pages/details"), "PlacementPage") },
    {
      path: CANDIDATES,
      component: lazyPage(() => import("./pages/candidates"), "CandidatesPage"),
      search: ({ which }) => (typeof which === "string" && which ? { which } : {}),
    },
    { path: CANDIDATE, component: lazyPage(() => import("./pages/candidate"), "CandidatePage") },
  ],
  nav: [
    {
      section: "own",
      order: 3,
      to: DASHBOARD,
      label: t`My dashboard`,
      short: t`Dashboard`,
      icon: LayoutDashboard,
      when: (audience) => hasPlacements(audience) && !audience.staff,
    },
    {
      section: "staff",
      order: 34,
      to: PLACEMENTS,
      label: t`Placements`,
      icon: GraduationCap,
      when: (audience) => hasPlacements(audience) && audience.staff,
    },
    {
      section: "staff",
      order: 35,
      to: CANDIDATES,
      label: t`Candidates`,
      icon: UsersRound,
      when: (audience) => hasPlacements(audience) && audience.staff,
    },
  ],
  palette: [
    {
      label: t`My dashboard`,
      icon: LayoutDashboard,
      to: DASHBOARD,
      keywords: ["candidate", "credits"],
      when: (audience) => hasPlacements(audience) && !audience.staff,
    },
    {
      label: t`Placements and their files`,
      icon: GraduationCap,
      to: PLACEMENTS,
      keywords: ["bulk", "upload", "candidates"],
      when: (audience) => hasPlacements(audience) && audience.staff,
    },
  ],
});
