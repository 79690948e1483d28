// What may leave this tab's memory: nothing that looks like the value of a key.

import { validate, type Report } from "./core.ts";

/** `bad-adopt-id` (an id that may be a value) and `looks-like-a-key-value`. */
const VALUES = new Set(["AK117", "AK118"]);

/** Returns the line of something that looks like a key value, or `null`. */
export function valueLine(report: Report): number | null {
  const found = report.diagnostics.find((one) => VALUES.has(one.code));
  return found ? found.primary.start.line : null;
}

/**
 * Whether any text, a manifest or not, holds something that looks like a key
 * value. The core reads comments too, so a text becomes one.
 */
export function holdsValue(text: string): boolean {
  const comment = text.replace(/[^\n\t\x20-\x7e]/g, " ").replace(/^/gm, "# ");
  return validate(comment).diagnostics.some((one) => one.code === "AK118");
}
