// Completion from the schema, and from the names that the manifest itself declares.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Text } from "@codemirror/state";

import { placeAtEnd, type Place } from "./place.ts";
import { kindOf, type Field, type Shapes } from "./schema.ts";

/** Lists of names that refer to tables of this file. */
const REFERS: Record<string, string> = { "usage-plans": "usage-plan", targets: "target" };

/** Returns the text from the header above `position` to `position`, and where it starts. */
export function section(doc: Text, position: number): { text: string; start: number } {
  let line = doc.lineAt(position);
  const own = /^\s*\[/.test(line.text) && !line.text.slice(0, position - line.from).includes("]");
  while (!own && line.number > 1 && !/^\s*\[[^[\]]+\]\s*(#.*)?$/.test(line.text)) line = doc.line(line.number - 1);
  return { text: doc.sliceString(line.from, position), start: line.from };
}

/** Makes the source of completions. */
export function completeFrom(shapes: () => Shapes | null) {
  return (context: CompletionContext): CompletionResult | null => {
    const { text, start } = section(context.state.doc, context.pos);
    const place = placeAtEnd(text);
    const known = shapes();
    if (!place || !known) return null;
    if (place.word === "" && !place.isQuoted && !context.explicit) return null;
    const options = choices(place, known, context.state.doc);
    if (options.length === 0) return null;
    return { from: start + place.from, options, validFor: /^[A-Za-z0-9_-]*$/ };
  };
}

function choices(place: Place, shapes: Shapes, doc: Text): Completion[] {
  if (place.kind === "header") {
    const tables = shapes.fields(place.path).filter((field) => shapes.isTable([...place.path, field.name]));
    return tables.map((field) => ({
      label: field.name,
      type: "namespace",
      ...about(field),
      apply: place.path.length === 0 && field.name !== "policy" ? `${field.name}.` : field.name,
    }));
  }
  if (place.kind === "key") {
    return shapes.fields(place.path).map((field) => {
      const kind = kindOf(shapes.at([...place.path, field.name]));
      return { label: field.name, type: "property", detail: kind, ...about(field), apply: `${field.name} = ` };
    });
  }
  const names = declared(place.path, doc).concat(shapes.words(place.path));
  const quote = place.isQuoted ? "" : '"';
  const words = names.map((name) => ({ label: name, type: "enum", apply: `${quote}${name}${quote}` }));
  const isFlag = shapes.at(place.path).some((shape) => shape.type === "boolean");
  if (isFlag && !place.isQuoted) words.push(...["true", "false"].map((label) => ({ label, type: "keyword", apply: label })));
  return words;
}

function about(field: Field): Partial<Completion> {
  return {
    ...(field.schema.description ? { info: field.schema.description } : {}),
    ...(field.isRequired ? { boost: 1 } : {}),
  };
}

function declared(path: string[], doc: Text): string[] {
  const field = path[path.length - 1] === "[]" ? path[path.length - 2] : path[path.length - 1];
  const table = REFERS[field ?? ""];
  if (table) return matches(doc, new RegExp(`^\\s*\\[${table}\\.([a-z0-9-]+)\\]`, "gm"));
  return field === "owner" ? matches(doc, /^\s*owner\s*=\s*"([^"\\\n]+)"/gm) : [];
}

function matches(doc: Text, pattern: RegExp): string[] {
  const found = [...doc.toString().matchAll(pattern)].map((match) => match[1] ?? "");
  return [...new Set(found)].slice(0, 200);
}
