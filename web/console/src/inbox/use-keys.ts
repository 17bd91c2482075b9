import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "react";
import { setting } from "../lib/settings";

/** Single keys can be switched off: whoever dictates or mistypes must not decide by accident. */
export const singleKeys = setting("single-keys", ["on", "off"] as const, "on");

export const KEYS: { keys: string; does: string }[] = [
  { keys: t`J / K`, does: t`Next, previous request` },
  { keys: "Enter", does: t`Open it` },
  { keys: "A", does: t`Approve (a second A, or Enter, confirms)` },
  { keys: "R", does: t`Reject, with a reason` },
  { keys: "N", does: t`Show new ones` },
  { keys: t`Esc`, does: t`Back to the list` },
  { keys: "?", does: t`These keys` },
];

/** Calls what stands under a key, but never while somebody types, or a dialog or menu is open. */
export function useKeys(acts: Record<string, () => void>): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
      if (singleKeys.get() === "off" && event.key !== "?") return;
      const target = event.target as Element | null;
      if (target?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) return;
      const act = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
