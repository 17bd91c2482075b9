import type { Status } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Pause, Play, RotateCw } from "lucide-react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { groat } from "../groat";
import { cx } from "../lib/cx";
import { formatClock } from "../lib/time";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../ui/overlay";
import { useMachineNow } from "../ui/text";

const LOOKS = {
  connecting: { word: t`Connecting`, tone: "text-faint" },
  live: { word: t`Live`, tone: "text-good" },
  polling: { word: t`Polling`, tone: "text-warn" },
  stale: { word: t`Stale`, tone: "text-bad" },
  offline: { word: t`Offline`, tone: "text-bad" },
  paused: { word: t`Paused`, tone: "text-accent" },
} as const;

const TRANSPORTS = {
  websocket: t`Changes arrive as they happen, by WebSocket.`,
  "event-stream": t`Changes arrive as they happen, by event stream.`,
  "long-poll": t`Changes arrive as they happen, by long poll.`,
  poll: t`Asked again every 30 seconds.`,
} as const;

/** Each state has a shape of its own, so that colour is never all there is. */
function Mark({ state }: { state: keyof typeof LOOKS }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={cx("size-3 shrink-0", LOOKS[state].tone)}>
      {state === "live" && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {state === "connecting" && (
        <circle
          className="origin-center animate-spin"
          cx="6"
          cy="6"
          r="4.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeDasharray="15 20"
        />
      )}
      {state === "polling" && (
        <>
          <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M6 1.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor" />
        </>
      )}
      {state === "stale" && <path d="M6 1 11.4 11H.6z" fill="currentColor" />}
      {state === "offline" && (
        <path d="m2 2 8 8m0-8-8 8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      )}
      {state === "paused" && (
        <path d="M3.6 2v8m4.8-8v8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      )}
    </svg>
  );
}

/** "as of 12:04:31" for values that may have been overtaken; null while they are known to be right. */
export function useAsOf(): string | null {
  const status = useLive((state) => state.status);
  const old = status.state === "stale" || status.state === "offline";
  return old && status.asOf !== null ? `as of ${formatClock(status.asOf)}` : null;
}

function explainStatus(status: Status): string {
  switch (status.state) {
    case "connecting":
      return t`Reaching the server …`;
    case "stale":
      return t`The server does not answer. What you see is the last that was known; it is tried again by itself.`;
    case "offline":
      return t`This device has no network. What you see is the last that was known.`;
    default:
      return status.transport ? TRANSPORTS[status.transport] : "";
  }
}

/** Shows how fresh the numbers on screen are, with the switch that holds them still. */
export function StatusMenu() {
  const status = useLive((state) => state.status);
  const paused = useLive((state) => state.paused);
  const buffered = useLive((state) => state.buffered);
  const asOf = useAsOf();
  const shown = paused ? "paused" : status.state;
  const word = LOOKS[shown].word;
  async function refresh() {
    try {
      await groat.refresh();
    } catch (error) {
      toast.error(explain(error), { id: "refresh" });
    }
  }
  return (
    <Menu
      trigger={
        <button
          type="button"
          data-testid="status"
          data-state={shown}
          aria-label={t`Connection: ${word}${asOf ? `, ${asOf}` : ""}${paused && buffered ? t`, ${buffered} changes waiting` : ""}`}
          className="inline-flex h-11 min-w-0 items-center gap-2 rounded-md px-2.5 font-medium text-sm hover:bg-hover sm:h-9"
        >
          <Mark state={shown} />
          <span className="truncate">{word}</span>
          {asOf && <span className="num font-normal text-faint max-lg:sr-only">{asOf}</span>}
          {paused && buffered > 0 && (
            <span className="num rounded-sm bg-accent-soft px-1.5 text-accent text-xs">
              <Trans>{buffered} new</Trans>
            </span>
          )}
        </button>
      }
    >
      <MenuLabel>
        <span className="block max-w-64 text-pretty text-muted leading-relaxed">
          {paused
            ? t`Numbers on this page are held still. Nothing is lost meanwhile.`
            : explainStatus(status)}
        </span>
        <Freshness asOf={status.asOf} live={status.state === "live"} leader={status.leader} />
      </MenuLabel>
      <MenuLine />
      <MenuItem onSelect={() => (paused ? groat.resume() : groat.pause())}>
        {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {paused ? t`Resume live${buffered ? t` (${buffered} waiting)` : ""}` : t`Pause live`}
      </MenuItem>
      <MenuItem onSelect={() => void refresh()}>
        <RotateCw aria-hidden /> <Trans>Refresh now</Trans>
      </MenuItem>
    </Menu>
  );
}

function Freshness({ asOf, live, leader }: { asOf: number | null; live: boolean; leader: boolean }) {
  const now = useMachineNow(1000);
  const checked = live ? now : asOf;
  return (
    <span className="num mt-1 block text-faint">
      {checked === null ? t`Nothing received yet` : t`Right as of ${formatClock(checked)}`}
      {!leader && t` · shared with another tab`}
    </span>
  );
}

/** Says above everything that live is paused, or that the numbers are old. */
export function StatusBanner() {
  const state = useLive((value) => value.status.state);
  const paused = useLive((value) => value.paused);
  const buffered = useLive((value) => value.buffered);
  const asOf = useAsOf();
  if (paused) {
    return (
      <div className="flex items-center justify-center gap-3 bg-accent-soft px-4 py-1.5 text-accent text-sm">
        <span>
          <Trans>Live is paused</Trans>
          {buffered > 0 && (
            <span className="num">
              {" "}
              · <Trans>{buffered} waiting</Trans>
            </span>
          )}
        </span>
        <button
          type="button"
          className="-my-1 rounded-sm px-2 py-1 font-medium underline underline-offset-2"
          onClick={() => groat.resume()}
        >
          <Trans>Resume</Trans>
        </button>
      </div>
    );
  }
  if (state !== "stale" && state !== "offline") return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-center gap-x-3 bg-bad-soft px-4 py-1.5 text-bad text-sm"
    >
      <span>
        {state === "offline" ? t`You are offline.` : t`The server does not answer.`}{" "}
        <Trans>
          Numbers are <span className="num">{asOf ?? t`not known yet`}</span>.
        </Trans>
      </span>
    </div>
  );
}
