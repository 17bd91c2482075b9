import { t } from "@lingui/core/macro";
import { Sheet } from "lucide-react";
import { defineProgram } from "../../registry/program";
import { lazyPage, lazyPiece } from "../../shell/missing";
import { hasRuns, KIND } from "./data";
import { texts } from "./declared";
import { RunLine } from "./line";
import { DRAFT, NEW_RUN, RUN, RUNS } from "./paths";

/** Pages of the console alone: an address that somebody sends must not lead to another site. */
const PAGE = /^(\/(?!\.)[\w.@|~-]+)+$/;
/** Keeps the page to which a draft or a run leads back, where one led there. */
const keepBack = ({ back }: Record<string, unknown>) =>
  typeof back === "string" && PAGE.test(back) ? { back } : {};

export const runs = defineProgram({
  name: "runs",
  texts,
  pages: [
    {
      path: RUNS,
      component: lazyPage(() => import("./pages/runs"), "RunsPage"),
      search: ({ state }) => (typeof state === "string" && state ? { state } : {}),
    },
    { path: NEW_RUN, component: lazyPage(() => import("./pages/new"), "NewRunPage") },
    { path: DRAFT, component: lazyPage(() => import("./pages/draft"), "DraftPage"), search: keepBack },
    { path: RUN, component: lazyPage(() => import("./pages/run"), "RunPage"), search: keepBack },
  ],
  nav: [
    {
      section: "staff",
      order: 60,
      to: RUNS,
      label: t`Bulk runs`,
      short: t`Bulk`,
      icon: Sheet,
      when: (audience) => hasRuns(audience) && audience.staff,
    },
  ],
  palette: [
    {
      label: t`Give credits from a file or a list`,
      icon: Sheet,
      to: NEW_RUN,
      keywords: ["bulk", "import", "csv", "xlsx", "upload"],
      when: (audience) => hasRuns(audience) && audience.admin,
    },
  ],
  kinds: {
    [KIND]: {
      plural: t`Bulk runs`,
      Line: RunLine,
      Face: lazyPiece(() => import("./face"), "RunFace"),
    },
  },
});
