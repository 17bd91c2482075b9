/** Guards buttons that decide: one works only after it has stood in its place, unchanged, for a moment. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** A press counts once its target has been on the screen for so long (ms). */
export const SEEN_MS = 1_000;
/** The interval at which its place is checked: at each frame while it is new, and then now and then. */
const LOOK_MS = 100;
/** A move so soon after the person scrolled, typed or resized counts as theirs (ms). */
const OWN_MOVE_MS = 300;
const MOVED_PX = 4;

let movedByPerson = Number.NEGATIVE_INFINITY;
for (const event of ["scroll", "wheel", "resize", "input"]) {
  window.addEventListener(event, () => (movedByPerson = performance.now()), { capture: true, passive: true });
}

// A key that is held down is one press, however long it is held.
window.addEventListener(
  "keydown",
  (event) => {
    const target = event.target as Element | null;
    const writes = target?.closest("textarea, [contenteditable]");
    if (event.repeat && event.key === "Enter" && !writes) event.preventDefault();
  },
  { capture: true },
);

interface Seen {
  /** It is too new to be pressed. */
  isNew: boolean;
  /** Whether this press comes too early: it was aimed at what stood there before. */
  refuses: (event: { detail: number }) => boolean;
}

/**
 * Whether an element may be pressed. `what` is what a press decides, a request and its version say; null leaves the element alone.
 * When `what` changes, or the element comes under the pointer by itself, it must be seen anew. Keys go where the focus is, so
 * they do not care where it stands.
 */
export function useSeen(element: RefObject<HTMLElement | null>, what: string | null): Seen {
  const [isNew, setNew] = useState(what !== null);
  const since = useRef({ what: Number.POSITIVE_INFINITY, place: Number.POSITIVE_INFINITY });
  const place = useRef<{ x: number; y: number } | null>(null);

  function look(): void {
    const now = performance.now();
    const box = element.current?.getBoundingClientRect();
    const here = box ? { x: box.x, y: box.y } : null;
    const before = place.current;
    place.current = here;
    if (!here || !before) return;
    const moved = Math.abs(here.x - before.x) > MOVED_PX || Math.abs(here.y - before.y) > MOVED_PX;
    if (moved && now - movedByPerson > OWN_MOVE_MS) since.current.place = now;
  }
  const isYoung = (of: "what" | "place") => performance.now() - since.current[of] < SEEN_MS;

  // Before anything is painted, so that no press finds what is new as if it were known.
  useLayoutEffect(() => {
    if (what === null) return;
    const now = performance.now();
    since.current = { what: now, place: now };
    place.current = null;
    setNew(true);
  }, [what]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what it looks at is in refs
  useEffect(() => {
    if (what === null) return undefined;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    function tick() {
      look();
      const young = isYoung("what") || isYoung("place");
      setNew(young);
      if (young) frame = requestAnimationFrame(tick);
      else timer = setTimeout(tick, LOOK_MS);
    }
    // Nobody has seen what came while the page was hidden.
    function onVisible() {
      if (document.visibilityState === "visible") since.current.what = performance.now();
    }
    tick();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [what]);

  function refuses({ detail }: { detail: number }): boolean {
    if (what === null) return false;
    look();
    return isYoung("what") || (detail > 0 && isYoung("place"));
  }
  return { isNew: what !== null && isNew, refuses };
}
