import { t } from "@lingui/core/macro";

/** Times on the wire are RFC 3339 UTC with microseconds; people read them in their own zone and language. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const short = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const brief = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "narrow" });

export const formatClock = (at: Date | number): string => clock.format(at);
export const formatHour = (at: Date | number): string => hour.format(at);
export const formatDay = (at: Date | number): string => day.format(at);
export const formatFull = (at: Date | number): string => full.format(at);

/** Day, month and time; the year too when it is not this one. */
export function formatShort(at: Date | number, now: Date = new Date()): string {
  const date = new Date(at);
  return date.getFullYear() === now.getFullYear()
    ? short.format(date)
    : `${day.format(date)}, ${clock.format(date)}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "3 minutes ago" within a week, the date beyond; "3m ago" where room is scarce. */
export function formatAge(at: Date | number, now: number = Date.now(), scarce = false): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  if (Math.abs(seconds) > 7 * 86_400) return formatDay(at);
  if (Math.abs(seconds) < 5) return t`just now`;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return (scarce ? brief : relative).format(Math.round(seconds / size), unit);
}

/** "in 24 days", "in 5 hours": how long it is until a moment, in days where there is more than one. */
export function formatUntil(at: Date | number, now: number = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  return seconds > 86_400 ? relative.format(Math.round(seconds / 86_400), "day") : formatAge(at, now);
}

/** "in 24 days", "tomorrow", of two days as they are written. */
export function formatDays(day: string, today: string): string {
  return relative.format(Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000), "day");
}

/** The value of a `datetime-local` field, in the reader's zone, with seconds. */
export function toLocalField(at: number): string {
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** A moment for `?at=`: the end of its millisecond, so that what was booked within it counts. */
export function toMoment(at: number): string {
  return new Date(at).toISOString().replace("Z", "999Z");
}
