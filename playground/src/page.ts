// What every view is given: the state that was judged, and what it may ask of the page.

import type { Diagnostic, Place, Planner, Preview, Report } from "./core.ts";

/** The manifest, judged. */
export interface Judged {
  text: string;
  report: Report;
  /** Whether it says something and has no errors. */
  isSound: boolean;
  target: string | null;
  today: string;
  snapshot: Snapshot | null;
  /** The plan against the snapshot; `null` while there is none. Worked out when it is first asked for. */
  planned(planner: Planner): Preview | null;
}

/** A live state that the reader gave. */
export interface Snapshot {
  /** Its text; `null` for an account in which nothing exists yet. */
  text: string | null;
  /** Where it came from, in words. */
  origin: string;
}

/** What a view may ask of the page. */
export interface Page {
  jump(place: Place): void;
  jumpToLine(line: number): void;
  fix(diagnostics: Diagnostic[]): void;
  explain(code: string): void;
  show(view: string): void;
  open(): void;
  useSnapshot(snapshot: Snapshot | null): void;
}

/** One view of the side panel. */
export interface View {
  id: string;
  title: string;
  /** Draws the view anew. */
  draw(judged: Judged): Node;
  /** A number beside the title. */
  badge?(judged: Judged): { text: string; label: string; tone: string } | null;
}
