/** Comparisons that keep a part of the picture the same object while it says the same. */
import type { GroatState } from "./model.js";

export function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length === 0;
}

export function sameFields<T extends object>(a: T, b: T): boolean {
  return (Object.keys(b) as (keyof T)[]).every((name) => Object.is(a[name], b[name]));
}

export function samePositions(a: GroatState["positions"], b: GroatState["positions"]): boolean {
  const streams = Object.keys(b);
  return (
    streams.length === Object.keys(a).length &&
    streams.every(
      (stream) => a[stream]?.offset === b[stream]?.offset && a[stream]?.epoch === b[stream]?.epoch,
    )
  );
}
