/** The words for placements and candidates. */
import type { CandidateView, PlacementActView } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { count } from "../../lib/counted";
import type { Tone } from "../../ui/surface";

export const ORIGINS: Record<CandidateView["origin"], string> = {
  file: t`From a file`,
  regular: t`Regular`,
  legacy: t`Legacy`,
};

export const ACTS: Record<string, string> = {
  processPlacementFile: t`Process data`,
  updateFileCredits: t`Credits of a file`,
  assignBulkFileCredits: t`Bulk credits`,
  assignPlacementCredits: t`Credits of the placement`,
};

const STATES: Record<string, { label: string; tone: Tone }> = {
  pending: { label: t`Waits for approval`, tone: "warn" },
  running: { label: t`Under way`, tone: "accent" },
  paused: { label: t`Paused`, tone: "warn" },
  stopped: { label: t`Stopped`, tone: "bad" },
  done: { label: t`Done`, tone: "good" },
  cancelled: { label: t`Cancelled`, tone: "plain" },
  rejected: { label: t`Rejected`, tone: "bad" },
};

/** How far the run of an act is; an act whose call died before it filed one has none. */
export const stateOf = ({ state }: PlacementActView): { label: string; tone: Tone } =>
  STATES[state ?? ""] ?? { label: t`Not filed`, tone: "bad" };

export const nameOf = ({ user, name }: { user: string; name: string }): string => name || user;

export const countCandidates = (number: number): string =>
  plural(number, { one: `${count(number)} candidate`, other: `${count(number)} candidates` });

export const countFiles = (number: number): string =>
  plural(number, { one: `${count(number)} file`, other: `${count(number)} files` });

export const countPlacements = (number: number): string =>
  plural(number, { one: `${count(number)} placement`, other: `${count(number)} placements` });
