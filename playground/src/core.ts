// The policy core as WebAssembly: the page's one door to it.

import init from "ai-keys/web";

export { explain, limits, lives, plan, schema, targets, validate, version } from "ai-keys/web";
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

/** Fetches and starts the core; nothing else here may be called before. */
export async function loadCore(): Promise<void> {
  await init({ module_or_path: "ai_keys.wasm" });
}
