/** What all charts share: the theme's colours for a canvas, and the words of their axes. */
import { useEffect, useState } from "react";
import { theme } from "../lib/settings";

export interface Colours {
  line: string;
  fill: string;
  other: string;
  otherFill: string;
  grid: string;
  text: string;
}

/** The theme's colours, resolved for a canvas. */
export function coloursOf(host: HTMLElement): Colours {
  const probe = document.createElement("i");
  host.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--color-${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    line: read("accent"),
    fill: read("accent-soft"),
    other: read("good"),
    otherFill: read("good-soft"),
    grid: read("line"),
    text: read("faint"),
  };
  probe.remove();
  return colours;
}

export function useDark(): boolean {
  const choice = theme.use();
  const [system, setSystem] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setSystem(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return choice === "system" ? system : choice === "dark";
}

export const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

const dayLabel = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const monthLabel = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric" });
const clockLabel = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY_S = 86_400;

/** Ticks in the reader's own words: times within a day, days within some months, months beyond. `step` is in seconds. */
export function timeLabels(ticks: number[], step: number): string[] {
  const format = step < DAY_S ? clockLabel : step < 28 * DAY_S ? dayLabel : monthLabel;
  return ticks.map((tick) => format.format(tick * 1000));
}

/** Some air above and below; a flat line stands in the middle. */
export function padded(low: number, high: number): [number, number] {
  const air = low === high ? Math.max(1, Math.abs(low) * 0.1) : (high - low) * 0.12;
  return [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
}
