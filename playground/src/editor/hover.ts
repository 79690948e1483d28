// What the schema says about the field under the pointer.

import { hoverTooltip } from "@codemirror/view";

import { h } from "../dom.ts";
import { inline } from "../markdown.ts";
import { section } from "./completion.ts";
import { placeAtEnd } from "./place.ts";
import type { Shapes } from "./schema.ts";

/** Shows a field's description. */
export function hoverFrom(shapes: () => Shapes | null) {
  return hoverTooltip((view, position) => {
    const line = view.state.doc.lineAt(position);
    const isWord = (at: number) => /[A-Za-z0-9_-]/.test(line.text[at - line.from] ?? "");
    let start = position;
    let end = position;
    while (start > line.from && isWord(start - 1)) start -= 1;
    while (end < line.to && isWord(end)) end += 1;
    const known = shapes();
    if (start === end || !known) return null;
    const place = placeAtEnd(section(view.state.doc, end).text);
    if (!place || place.kind === "value" || place.isQuoted) return null;
    const description = known.description([...place.path, place.word]);
    if (!description) return null;
    const dom = h("div", { class: "cm-help" }, h("strong", {}, place.word), h("p", {}, ...inline(description)));
    return { pos: start, end, above: true, create: () => ({ dom }) };
  });
}
