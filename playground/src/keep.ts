// What may leave this tab's memory: nothing that looks like the value of a key.

import { validate, type Report } from "./core.ts";

/** An id from this length on may be a value; shorter ones are merely wrong. */
const SECRET_FROM = 20;
/** The core reads texts of up to 8 MiB; longer ones are looked through in pieces that overlap. */
const PIECE = 1 << 20;
const OVERLAP = 1 << 12;

/** Returns the line of something that looks like a key value, or `null`. */
export function valueLine(report: Report): number | null {
  const found = report.diagnostics.find(
    ({ code, primary: { start, end } }) =>
      code === "AK118" || (code === "AK117" && start.line === end.line && end.column - start.column >= SECRET_FROM),
  );
  return found ? found.primary.start.line : null;
}

const known = new Map<string, boolean>();

/** Whether any text, a manifest or not, holds something that looks like a key value. */
export function holdsValue(text: string): boolean {
  let holds = known.get(text);
  if (holds === undefined) {
    holds = search(text);
    // The manifest's and the snapshot's last texts; no more is remembered.
    if (known.size > 1) known.clear();
    known.set(text, holds);
  }
  return holds;
}

/** Whether a snapshot does; the id of a live key that is as long as a value may be one. */
export function snapshotHoldsValue(text: string): boolean {
  return holdsValue(text) || keyIds(text).some((id) => id.length >= SECRET_FROM && !/^hidden-[0-9a-f]{64}$/.test(id));
}

function keyIds(text: string): string[] {
  try {
    const live = JSON.parse(text) as { keys?: object; "usage-plans"?: Record<string, { keys?: unknown[] }> };
    const members = Object.values(live["usage-plans"] ?? {}).flatMap((one) => one.keys ?? []);
    return [...Object.keys(live.keys ?? {}), ...members.map(String)];
  } catch {
    return []; // No snapshot: no plan is made of it, and no link holds it.
  }
}

/** The core reads comments too, so a text becomes one. */
function search(text: string): boolean {
  for (let at = 0; at < text.length; at += PIECE - OVERLAP) {
    const comment = text.slice(at, at + PIECE).replace(/[^\n\t\x20-\x7e]/g, " ").replace(/^/gm, "# ");
    if (validate(comment).diagnostics.some((one) => one.code === "AK118")) return true;
  }
  return false;
}
