"use client";

import type { StatusState } from "@groat/client";
import type { ReactNode } from "react";
import { useGroatContext } from "./provider.js";
import { useStatus } from "./use-status.js";

/** Each state has its own shape, so that colour is never the only sign. */
const SHAPES: Record<StatusState, ReactNode> = {
  connecting: <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeDasharray="4 3" />,
  live: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  polling: <path d="M6 1 11 6 6 11 1 6Z" fill="currentColor" />,
  stale: <path d="M6 1 11.5 11H.5Z" fill="currentColor" />,
  offline: <path d="M2 2 10 10M10 2 2 10" fill="none" stroke="currentColor" strokeWidth="2" />,
};

export interface StatusBadgeProps {
  className?: string;
  /** Adds the "Pause live" button. */
  pausable?: boolean;
}

/** Shows how fresh the numbers are, in words and shape: "Live", "Stale, as of 12:04:31". */
export function StatusBadge({ className = "", pausable = false }: StatusBadgeProps) {
  const { words } = useGroatContext();
  const { state, label, paused, buffered, pause, resume } = useStatus();
  return (
    <span className={`groat-status ${className}`.trim()} data-state={state}>
      <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true" className="groat-status__shape">
        {SHAPES[state]}
      </svg>
      <span className="groat-status__label">{label}</span>
      {pausable && (
        <button
          type="button"
          className="groat-button"
          aria-pressed={paused}
          onClick={paused ? resume : pause}
        >
          {paused ? words.resume : words.pause}
          {paused && buffered > 0 && (
            <span className="groat-status__waiting"> ({words.waiting(buffered)})</span>
          )}
        </button>
      )}
    </span>
  );
}
