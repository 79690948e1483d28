// The editor: CodeMirror in a shadow root, where its styles need no exception from the page's policy.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, StreamLanguage } from "@codemirror/language";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { forEachDiagnostic, lintGutter, nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from "@codemirror/view";

import type { Diagnostic, Place } from "../core.ts";
import { completeFrom } from "./completion.ts";
import { hoverFrom } from "./hover.ts";
import { fix, mark, range } from "./lint.ts";
import { look } from "./look.ts";
import type { Shapes } from "./schema.ts";

/** What the editor asks of the page. */
export interface Asks {
  changed(): void;
  explain(code: string): void;
  shapes(): Shapes | null;
}

/** The manifest's editor. */
export class Editor {
  private readonly view: EditorView;
  private diagnostics: Diagnostic[] = [];

  constructor(
    place: HTMLElement,
    private readonly asks: Asks,
  ) {
    const root = place.attachShadow({ mode: "open" });
    this.view = new EditorView({ root, parent: root, state: this.fresh("") });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Puts another text in; undo brings back what was there. */
  replace(text: string): void {
    this.diagnostics = [];
    if (this.view.state.doc.length === 0) {
      this.view.setState(this.fresh(text));
      this.asks.changed();
      return;
    }
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: 0 },
      scrollIntoView: true,
      userEvent: "input.replace",
    });
  }

  /** Underlines what is wrong. */
  show(diagnostics: Diagnostic[]): void {
    this.diagnostics = diagnostics;
    mark(this.view, diagnostics, (code) => this.asks.explain(code));
  }

  /** Carries out the fixes of these diagnostics. */
  fix(diagnostics: Diagnostic[]): void {
    fix(this.view, diagnostics.flatMap((one) => one.fix ?? []));
  }

  /** Selects a place and puts the cursor there. */
  jump(place: Place): void {
    const { from, to } = range(this.view.state.doc, place);
    this.view.dispatch({
      selection: { anchor: from, head: to },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    this.view.focus();
  }

  /** Puts the cursor at the start of a line. */
  jumpToLine(line: number): void {
    const start = { line, column: 1 };
    this.jump({ start, end: start });
  }

  private fixHere(): boolean {
    const head = this.view.state.selection.main.head;
    const line = this.view.state.doc.lineAt(head).number;
    const here = this.diagnostics.filter((one) => one.fix && one.primary.start.line === line);
    const touching = here.filter((one) => {
      const { from, to } = range(this.view.state.doc, one.primary);
      return from <= head && head <= to;
    });
    const chosen = touching[0] ?? here[0];
    if (!chosen) return false;
    // An edit since the last check has moved the places of the report.
    let isFresh = false;
    forEachDiagnostic(this.view.state, (_, from) => {
      isFresh ||= from === range(this.view.state.doc, chosen.primary).from;
    });
    if (isFresh) this.fix([chosen]);
    return isFresh;
  }

  private fresh(doc: string): EditorState {
    return EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        highlightSpecialChars(),
        highlightSelectionMatches(),
        history(),
        drawSelection(),
        rectangularSelection(),
        bracketMatching(),
        closeBrackets(),
        StreamLanguage.define(toml),
        autocompletion({ override: [completeFrom(() => this.asks.shapes())], icons: false }),
        hoverFrom(() => this.asks.shapes()),
        // Tab is left alone: it leads out of the editor, as it does on every page.
        keymap.of([
          { key: "Mod-.", run: () => this.fixHere() },
          { key: "F8", run: nextDiagnostic },
          { key: "Shift-F8", run: previousDiagnostic },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": "Manifest, keys.toml",
          spellcheck: "false",
          autocapitalize: "off",
          autocorrect: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.asks.changed();
        }),
        look,
      ],
    });
  }
}
