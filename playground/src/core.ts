// The policy core as WebAssembly, in two parts: the page's one door to it.

import initCheck from "ai-keys/check/web";
import initWhole, { lives, plan } from "ai-keys/web";

export { limits, targets, validate, version } from "ai-keys/check/web";
export type {
  Change,
  DiagnosticReport as Diagnostic,
  FixReport as Fix,
  Lives,
  Plan,
  Preview,
  Report,
  Subject,
  UsagePlanLimits,
} from "ai-keys/web";

/** A range of the manifest: lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface Place {
  start: { line: number; column: number };
  end: { line: number; column: number };
}

/** What works out plans and lives. */
export interface Planner {
  plan: typeof plan;
  lives: typeof lives;
}

/** Fetches and starts the part that checks; nothing else here may be called before. */
export async function loadCore(): Promise<void> {
  await initCheck({ module_or_path: "ai_keys_check.wasm" });
}

let planner: Planner | null = null;
let fetching: Promise<Planner> | null = null;

/** The planner, if it is here already. */
export function loadedPlanner(): Planner | null {
  return planner;
}

/** Fetches and starts the planner: twice the size of the part that checks, so only once somebody asks for it. */
export function loadPlanner(): Promise<Planner> {
  fetching ??= initWhole({ module_or_path: "ai_keys.wasm" }).then(
    () => (planner = { plan, lives }),
    (error: unknown) => {
      fetching = null; // The next to ask may have a network.
      throw error;
    },
  );
  return fetching;
}
