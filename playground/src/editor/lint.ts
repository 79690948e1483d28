// Underlines, gutter marks and one-click fixes, all from the core's report.

import { setDiagnostics, type Action, type Diagnostic as Mark } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

import { h } from "../dom.ts";
import { inline } from "../markdown.ts";
import type { Diagnostic, Fix, Place } from "../core.ts";

/** An editor underlines thousands without a pause, and nobody reads more. */
const MOST_MARKS = 1_000;

/** Turns a place of the report into positions of the document. */
export function range(doc: Text, place: Place): { from: number; to: number } {
  const offset = ({ line, column }: Place["start"]) => {
    if (line > doc.lines) return doc.length;
    const found = doc.line(Math.max(line, 1));
    return Math.min(found.from + Math.max(column - 1, 0), found.to);
  };
  const from = offset(place.start);
  return { from, to: Math.max(from, offset(place.end)) };
}

/** Carries out fixes from the last to the first, leaving out those that overlap. */
export function fix(view: EditorView, fixes: Fix[]): void {
  const edits = fixes.map((one) => ({ ...range(view.state.doc, one), insert: one.replacement }));
  edits.sort((a, b) => a.from - b.from || a.to - b.to);
  const apart = edits.filter((edit, at) => at === 0 || edit.from >= (edits[at - 1]?.to ?? 0));
  const cursor = apart[0];
  if (!cursor) return;
  const selection = apart.length === 1 ? { anchor: cursor.from + cursor.insert.length } : undefined;
  view.dispatch({ changes: apart, userEvent: "input.fix", scrollIntoView: true, ...(selection ? { selection } : {}) });
}

/** Says what a fix does: a guess is named, so that it is looked at first. */
export function fixLabel({ replacement, certainty }: Fix): string {
  if (certainty === "certain") return "Fix";
  const shown = replacement.length > 32 ? `${replacement.slice(0, 31)}…` : replacement;
  return replacement === "" ? "Remove it" : `Change to ${shown.replaceAll("\n", " ")}`;
}

/** Shows diagnostics in the editor. */
export function mark(view: EditorView, diagnostics: Diagnostic[], explain: (code: string) => void): void {
  const doc = view.state.doc;
  const marks = diagnostics.slice(0, MOST_MARKS).map((one): Mark => {
    const { from, to } = range(doc, one.primary);
    const actions: Action[] = [];
    const edit = one.fix;
    if (edit) actions.push({ name: fixLabel(edit), apply: (target) => fix(target, [edit]) });
    actions.push({ name: `What is ${one.code}?`, markClass: "quiet", apply: () => explain(one.code) });
    return {
      from,
      to: to > from ? to : Math.min(from + 1, doc.length),
      severity: one.severity === "note" ? "info" : one.severity,
      message: one.message,
      actions,
      renderMessage: () =>
        h("span", {}, ...inline(one.message), one.help ? h("div", { class: "aside" }, ...inline(one.help)) : null),
    };
  });
  marks.sort((a, b) => a.from - b.from);
  view.dispatch(setDiagnostics(view.state, marks));
}
