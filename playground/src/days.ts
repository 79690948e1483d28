// Days as whole numbers since 1970, so that arithmetic knows no clock and no time zone.

const DAY = 86_400_000;

/** Reads `2026-11-23`; `null` for anything else. */
export function readDay(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) ? null : time / DAY;
}

/** Writes `2026-11-23`. */
export function writeDay(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The day that the reader's calendar shows. */
export function currentDay(): string {
  const now = new Date();
  return writeDay(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY);
}

/** The first days of the months, `step` months apart, within a range. */
export function months(from: number, to: number, step: number): { day: number; label: string }[] {
  const first = new Date(from * DAY);
  const found = [];
  let month = first.getUTCFullYear() * 12 + Math.ceil(first.getUTCMonth() / step) * step;
  for (; ; month += step) {
    const day = Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY;
    if (day > to) return found;
    if (day >= from) found.push({ day, label: label(day, month % 12 === 0) });
  }
}

function label(day: number, isJanuary: boolean): string {
  const date = new Date(day * DAY);
  if (isJanuary) return String(date.getUTCFullYear());
  return date.toLocaleDateString("en", { month: "short", timeZone: "UTC" });
}

/** Says how far a day is: `in 14 days`, `3 days ago`. */
export function distance(day: number, today: number): string {
  const days = day - today;
  if (days === 0) return "today";
  const number = Math.abs(days);
  const words = `${number.toLocaleString("en")} day${number === 1 ? "" : "s"}`;
  return days > 0 ? `in ${words}` : `${words} ago`;
}
