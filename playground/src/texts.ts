// What the core says of itself, as files that the build writes: fetched when they are asked for.

import type { Schema } from "./editor/schema.ts";

/** Returns the JSON Schema of manifests. */
export async function loadSchema(): Promise<Schema> {
  return (await read("schema.json")) as Schema;
}

let explanations: Promise<Record<string, string>> | null = null;

/** Explains a diagnostic, in Markdown. */
export async function explain(code: string): Promise<string> {
  explanations ??= read("explanations.json").then(
    (texts) => texts as Record<string, string>,
    (error: unknown) => {
      explanations = null;
      throw error;
    },
  );
  return (await explanations)[code] ?? "";
}

async function read(file: string): Promise<unknown> {
  const answer = await fetch(file);
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  return answer.json();
}
