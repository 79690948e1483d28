// When what happens to each key: from the manifest's dates, the snapshot's, and the plan's later steps.

import type { Preview } from "../core.ts";
import { readDay } from "../days.ts";
import type { Judged } from "../page.ts";
import { liveDates } from "./snapshot.ts";

/** How a key is during some days; the end is exclusive, `null` is open. */
export interface Phase {
  kind: "works" | "overlap" | "off" | "grace";
  from: number;
  to: number | null;
}

/** A day on which something happens. */
export interface Event {
  kind: "made" | "rotates" | "expires" | "deleted";
  day: number;
  words: string;
}

/** A key's life. */
export interface Life {
  name: string;
  owner: string | null;
  phases: Phase[];
  events: Event[];
}

const YEARS = 366 * 3;
const MOST_ROTATIONS = 60;

/** Works out every key's life, the next to change first. */
export function lives(judged: Judged): Life[] {
  const today = readDay(judged.today) ?? 0;
  const live = liveDates(judged.snapshot, judged.tables?.namespace ?? "");
  const found: Life[] = [];
  const wanted = new Set<string>();
  for (const key of judged.tables?.keys ?? []) {
    if (key.targets && judged.target && !key.targets.includes(judged.target)) continue;
    wanted.add(key.name);
    const created = readDay(live.get(key.name)?.created ?? "");
    const start = created ?? today;
    const end = key.isProtected ? null : key.expires;
    const life: Life = { name: key.name, owner: key.owner, phases: [], events: [] };
    if (created === null) life.events.push({ kind: "made", day: today, words: "made by the next apply" });
    if (!key.isEnabled) {
      life.phases.push({ kind: "off", from: start, to: null });
    } else {
      if (end === null || end > start) life.phases.push({ kind: "works", from: start, to: end });
      if (end !== null) life.phases.push({ kind: "off", from: Math.max(end, start), to: null });
    }
    if (end !== null) life.events.push({ kind: "expires", day: end, words: end <= today ? "expired" : "expires" });
    if (key.rotateEvery && key.isEnabled) rotate(life, start, key.rotateEvery, key.overlap, end, today);
    found.push(life);
  }
  found.push(...removed(judged.planned(), live, wanted, today));
  return found.sort((a, b) => next(a, today) - next(b, today) || (a.name < b.name ? -1 : 1));
}

function rotate(life: Life, start: number, every: number, overlap: number, end: number | null, today: number): void {
  const last = Math.min(end ?? Infinity, today + YEARS);
  if (every <= 0) return;
  // A value that is already too old gets its successor at the next apply.
  let day = Math.max(start + every, today);
  for (let number = 0; day < last && number < MOST_ROTATIONS; number += 1, day += every) {
    life.events.push({ kind: "rotates", day, words: "new value" });
    life.phases.push({ kind: "overlap", from: day, to: Math.min(day + overlap, last) });
  }
}

/** Keys that the file no longer wants: off today, gone after the grace. */
function removed(
  planned: Preview | null,
  live: ReturnType<typeof liveDates>,
  wanted: Set<string>,
  today: number,
): Life[] {
  if (planned?.is !== "planned") return [];
  const gone = new Map<string, number>();
  for (const change of planned.plan.changes) {
    const day = /deleted after (\d{4}-\d\d-\d\d)/.exec(change.reason ?? "")?.[1];
    if (change.subject.kind !== "key") continue;
    if (change.action === "delete") gone.set(change.subject.name, today);
    else if (day) gone.set(change.subject.name, readDay(day) ?? today);
  }
  for (const { action, subject, date } of planned.plan.upcoming ?? []) {
    if (action === "delete" && subject.kind === "key") gone.set(subject.name, readDay(date) ?? today);
  }
  return [...gone].filter(([name]) => !wanted.has(name)).map(([name, end]) => {
    const known = live.get(name);
    const off = readDay(known?.removed ?? "") ?? today;
    const start = readDay(known?.created ?? "") ?? off;
    const phases: Phase[] = [];
    if (start < off) phases.push({ kind: "works", from: start, to: off });
    if (off < end) phases.push({ kind: "grace", from: off, to: end });
    return { name, owner: known?.owner ?? null, phases, events: [{ kind: "deleted" as const, day: end, words: "deleted" }] };
  });
}

function next(life: Life, today: number): number {
  return Math.min(...life.events.filter((event) => event.day >= today && event.kind !== "made").map((event) => event.day), Infinity);
}
