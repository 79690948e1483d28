// Text, snapshot, target and date in; report, plan and pictures out.

import { targets, validate, type Preview, type Report } from "./core.ts";
import { currentDay, readDay } from "./days.ts";
import { byId, h } from "./dom.ts";
import type { Editor } from "./editor/editor.ts";
import { holdsValue, snapshotHoldsValue, valueLine } from "./keep.ts";
import type { Judged, Snapshot } from "./page.ts";
import { inWords } from "./panel/problems.ts";
import type { Tabs } from "./panel/tabs.ts";

/** The shortest and the longest pause after a keystroke. */
const SOON = 40;
const LATE = 600;
/** Nobody is told that what they have not begun is wrong. */
const SILENT: Report = { format: 1, summary: { errors: 0, warnings: 0, notes: 0 }, diagnostics: [] };
/** Where an example's live state comes from. */
export const EXAMPLE = "the example's snapshot";

/** Judges the manifest whenever something changes. */
export class Judge {
  private snapshot: Snapshot | null = null;
  private target: string | null = null;
  private timer = 0;
  private took = 0;
  private runs = 0;
  private judged: Judged | null = null;
  private readonly targets = byId("target", HTMLSelectElement);
  private readonly today = byId("today", HTMLInputElement);
  private readonly reallyToday = byId("really-today", HTMLButtonElement);

  constructor(
    private readonly editor: Editor,
    private readonly tabs: Tabs,
    private readonly done: (judged: Judged) => void,
  ) {
    this.today.value = currentDay();
    this.targets.addEventListener("change", () => {
      this.target = this.targets.value;
      this.now();
    });
    this.today.addEventListener("change", () => this.now());
    this.reallyToday.addEventListener("click", () => {
      this.today.value = currentDay();
      this.now();
      this.today.focus();
    });
  }

  /** What was judged last; `null` until then, and while a change waits. */
  get settled(): Judged | null {
    return this.timer === 0 ? this.judged : null;
  }

  /** The day that was chosen; `null` for the real one. */
  get chosenDay(): string | null {
    return this.today.value === currentDay() ? null : this.today.value;
  }

  /** Judges after a pause that grows with the manifest. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.now(), Math.min(Math.max(SOON, this.took * 4), LATE));
  }

  /** Sets everything at once. */
  start(text: string, snapshot: Snapshot | null, target: string | null, today: string | null): void {
    this.snapshot = snapshot;
    this.target = target;
    this.today.value = today !== null && readDay(today) !== null ? today : currentDay();
    this.editor.replace(text);
    this.now();
  }

  /** Takes another manifest; a live state that belonged to an example goes with the example. */
  open(text: string): void {
    if (this.snapshot?.origin === EXAMPLE) this.snapshot = null;
    this.editor.replace(text);
    this.now();
  }

  /** Plans against another live state, or none. */
  useSnapshot(snapshot: Snapshot | null): void {
    this.snapshot = snapshot;
    this.now();
  }

  private now(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    const text = this.editor.text;
    if (readDay(this.today.value) === null) this.today.value = currentDay();
    const today = this.today.value;
    const started = performance.now();
    const isBlank = text.trim() === "";
    const report = isBlank ? SILENT : check(text, today);
    if (!report) return;
    this.took = performance.now() - started;
    const isSound = !isBlank && report.summary.errors === 0;
    if (isSound) this.showTargets(targets(text) ?? []);
    this.judged = judged(text, report, isSound, this.target, today, this.snapshot);
    this.editor.show(report.diagnostics);
    this.tabs.update(this.judged);
    this.showStatus(report);
    this.done(this.judged);
  }

  private showTargets(names: string[]): void {
    if (this.target === null || !names.includes(this.target)) this.target = names[0] ?? null;
    this.targets.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
    this.targets.value = this.target ?? "";
    this.targets.disabled = names.length < 2;
  }

  private showStatus(report: Report): void {
    const counts = byId("counts", HTMLElement);
    const words = report === SILENT ? "Nothing to check" : inWords(report);
    if (counts.textContent !== words) counts.textContent = words;
    const { errors, warnings } = report.summary;
    counts.className = errors > 0 ? "error" : warnings > 0 ? "warning" : report === SILENT ? "" : "good";
    const time = byId("time", HTMLElement);
    time.textContent = report === SILENT ? "" : `checked in ${this.took < 10 ? this.took.toFixed(1) : Math.round(this.took)} ms`;
    time.dataset["ms"] = this.took.toFixed(2);
    this.runs += 1;
    time.dataset["run"] = String(this.runs);
    this.reallyToday.hidden = this.chosenDay === null;
    byId("banner", HTMLElement).hidden = true;
    const line = valueLine(report);
    if (line !== null) warn(`Line ${line} holds what looks like a key value.`);
    else if (report.summary.errors > 0 && holdsValue(this.editor.text)) warn("This text holds what looks like a key value.");
    else if (snapshotHoldsValue(this.snapshot?.text ?? "")) warn("The snapshot holds what looks like a key value.");
  }
}

/** The core has an answer for every text; should it ever stop, the page says so and keeps what was there. */
function check(text: string, today: string): Report | null {
  try {
    return validate(text, today);
  } catch {
    const counts = byId("counts", HTMLElement);
    counts.textContent = "The check stopped at this text: please reload the page, and report it";
    counts.className = "error";
    return null;
  }
}

function judged(text: string, report: Report, isSound: boolean, target: string | null, today: string, snapshot: Snapshot | null): Judged {
  let planned: Preview | null | undefined;
  return {
    text,
    report,
    isSound,
    target,
    today,
    snapshot,
    planned(planner) {
      if (planned === undefined) {
        const isPossible = isSound && snapshot && target !== null;
        planned = isPossible ? planner.plan(text, snapshot.text, target, today) : null;
      }
      return planned;
    },
  };
}

function warn(what: string): void {
  const banner = byId("banner", HTMLElement);
  const promise = " It is kept nowhere: not in the link, not in this browser. Remove it; if it was ever pushed, replace the key.";
  if (banner.textContent !== what + promise) banner.replaceChildren(h("strong", {}, what), promise);
  banner.hidden = false;
}

/** Whether the page may put this state into its address. */
export function mayKeep({ report, text, snapshot }: Judged): boolean {
  return valueLine(report) === null && !holdsValue(text) && !snapshotHoldsValue(snapshot?.text ?? "");
}
