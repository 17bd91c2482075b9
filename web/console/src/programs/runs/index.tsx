import { t } from "@lingui/core/macro";
import { Sheet } from "lucide-react";
import { defineProgram } from "../../registry/program";
import { lazyPage, lazyPiece } from "../../shell/missing";
import { hasRuns, KIND } from "./data";
import { texts } from "./declared";
import { RunLine } from "./line";
import { DRAFT, NEW_RUN, RUN, RUNS } from "./paths";

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
    { path: DRAFT, component: lazyPage(() => import("./pages/draft"), "DraftPage") },
    { path: RUN, component: lazyPage(() => import("./pages/run"), "RunPage") },
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
