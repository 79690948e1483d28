// The core's lives in days as whole numbers, as a picture needs them.

import type { Lives, Planner } from "../core.ts";
import { readDay } from "../days.ts";
import type { Judged } from "../page.ts";

type Told = Extract<Lives, { is: "known" }>["lives"][number];

/** How a value is during some days; the end is exclusive, `null` is open. */
export interface Phase {
  kind: Told["phases"][number]["is"];
  from: number;
  to: number | null;
}

/** A day on which something happens. */
export interface Event {
  kind: Told["events"][number]["is"];
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

const WORDS: Record<Event["kind"], string> = {
  create: "made by the next apply",
  enable: "works again",
  rotate: "new value",
  expire: "expires",
  disable: "switched off",
  retire: "old value switched off",
  delete: "deleted",
};

/** Every key's life, the next to change first; or why it cannot be told. */
export function livesOf(judged: Judged, planner: Planner): Life[] | string {
  const today = readDay(judged.today) ?? 0;
  const told = planner.lives(judged.text, judged.snapshot?.text, judged.target, judged.today);
  if (told.is === "invalid") return "The manifest has errors.";
  if (told.is !== "known") return told.message;
  return told.lives.map((life) => ({
    name: life.key,
    owner: life.owner ?? null,
    phases: shown(life).map(({ is, from, to }) => ({ kind: is, from: readDay(from) ?? 0, to: to === undefined ? null : readDay(to) })),
    events: life.events.map(({ is, on }) => {
      const day = readDay(on) ?? 0;
      return { kind: is, day, words: is === "expire" && day <= today ? "expired" : WORDS[is] };
    }),
  }));
}

/** One row a key: the grace of a value that was replaced would hide the one that works. */
function shown({ phases }: Told): Told["phases"] {
  const newest = Math.max(...phases.map(({ generation }) => generation));
  const kept = phases.filter(({ is, generation }) => is !== "grace" || generation === newest);
  // What works beside another is drawn over it.
  return [...kept.filter(({ is }) => is !== "overlap"), ...kept.filter(({ is }) => is === "overlap")];
}
