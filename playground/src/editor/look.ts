// How the editor looks: the page's own colours, so that light and dark need no second theme.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const words = HighlightStyle.define([
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.atom, tags.bool, tags.literal], color: "var(--code-number)" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: tags.invalid, color: "var(--error)" },
]);

const plain = { backgroundImage: "none", padding: "0" };
const squiggle = (colour: string) => ({ ...plain, textDecoration: `underline wavy ${colour} 1.2px`, textUnderlineOffset: "3px" });
const dot = (colour: string, radius: string) => ({ content: "none", backgroundColor: colour, borderRadius: radius });

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "13.5px", backgroundColor: "var(--paper)", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.65" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 16px 0 8px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--faint)", border: "none", paddingLeft: "6px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line-here)" },
  ".cm-activeLineGutter": { color: "var(--muted)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", color: "inherit" },
  ".cm-lintRange-error": squiggle("var(--error)"),
  ".cm-lintRange-warning": squiggle("var(--warning)"),
  ".cm-lintRange-info": squiggle("var(--note)"),
  ".cm-lintRange-active": { backgroundColor: "var(--selection)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { display: "flex", alignItems: "center", justifyContent: "center", padding: "0" },
  ".cm-lint-marker": { width: "9px", height: "9px" },
  ".cm-lint-marker-error": dot("var(--error)", "50%"),
  ".cm-lint-marker-warning": dot("var(--warning)", "2px"),
  ".cm-lint-marker-info": dot("var(--note)", "50%"),
  ".cm-tooltip": {
    backgroundColor: "var(--card)",
    color: "var(--ink)",
    border: "1px solid var(--edge)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--sans)",
    fontSize: "13px",
    lineHeight: "1.45",
    maxWidth: "min(460px, 90vw)",
    overflow: "hidden",
  },
  ".cm-help": { padding: "8px 12px" },
  ".cm-help p": { margin: "2px 0 0" },
  ".cm-help code, .cm-diagnostic code": { fontFamily: "var(--mono)", fontSize: "12px" },
  ".cm-diagnostic": { padding: "9px 12px", borderLeft: "3px solid var(--note)", whiteSpace: "normal" },
  ".cm-diagnostic + .cm-diagnostic": { borderTop: "1px solid var(--edge)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
  ".cm-diagnostic .aside": { color: "var(--muted)", marginTop: "2px" },
  ".cm-diagnosticAction": {
    font: "inherit",
    fontWeight: "600",
    margin: "6px 8px 0 0",
    padding: "3px 9px",
    color: "var(--accent-ink)",
    backgroundColor: "var(--accent)",
    border: "none",
    borderRadius: "5px",
    cursor: "pointer",
  },
  ".cm-diagnosticAction.quiet": { color: "var(--accent-text)", backgroundColor: "transparent", padding: "3px 0" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12.5px", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-completionDetail": { opacity: "0.75", fontStyle: "normal", marginLeft: "1em" },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionInfo": { padding: "8px 12px", maxWidth: "300px" },
  ".cm-panels": { backgroundColor: "var(--card)", color: "var(--ink)", fontFamily: "var(--sans)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--edge)" },
  ".cm-panel.cm-search": { padding: "8px 10px" },
  ".cm-textfield": { backgroundColor: "var(--paper)", border: "1px solid var(--edge)", borderRadius: "5px" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--button)", border: "1px solid var(--edge)", borderRadius: "5px" },
  ".cm-searchMatch": { backgroundColor: "var(--found)" },
});

/** Colours, sizes and TOML's words. */
export const look = [theme, syntaxHighlighting(words)];
