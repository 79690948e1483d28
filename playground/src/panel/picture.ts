// Draws lives on a time axis.

import { months, writeDay } from "../days.ts";
import { svg } from "../dom.ts";
import type { Life, Phase } from "./life.ts";

const ROW = 30;
const TOP = 30;
const BAR = 12;
const NAMES = 148;
const RIGHT = 14;

/** The days that a picture shows. */
export interface Span {
  from: number;
  to: number;
}

/** Chooses the days: what is past in short, what is to come up to two years. */
export function spanOf(lives: Life[], today: number): Span {
  const days = lives.flatMap((life) => life.events.filter((event) => event.kind !== "rotate").map((event) => event.day));
  const starts = lives.flatMap((life) => life.phases.map((phase) => phase.from));
  const last = Math.max(today + 120, ...days.map((day) => day + 30));
  const first = Math.min(today - 14, ...starts.map((day) => day - 7));
  return { from: Math.max(first, today - 180), to: Math.min(last, today + 730) };
}

/** Draws the picture, `width` pixels wide. */
export function picture(lives: Life[], span: Span, today: number, width: number): SVGSVGElement {
  const names = Math.min(NAMES, Math.round(width * 0.3));
  const height = TOP + lives.length * ROW + 6;
  const x = (day: number) => names + ((Math.min(Math.max(day, span.from), span.to) - span.from) / (span.to - span.from)) * (width - names - RIGHT);
  const root = svg("svg", { class: "picture", width, height, "aria-hidden": "true" });
  root.append(hatch());
  const room = Math.floor((width - names) / 52);
  const step = [1, 2, 3, 6, 12].find((each) => (span.to - span.from) / 30.4 / each <= room) ?? 12;
  for (const month of months(span.from, span.to, step)) {
    root.append(
      svg("line", { class: "grid", x1: x(month.day), x2: x(month.day), y1: TOP - 6, y2: height }),
      svg("text", { class: "month", x: x(month.day) + 4, y: TOP - 10 }, month.label),
    );
  }
  lives.forEach((life, at) => root.append(row(life, TOP + at * ROW, names, x, span)));
  const now = x(today);
  root.append(svg("line", { class: "today", x1: now, x2: now, y1: TOP - 6, y2: height }));
  return root;
}

function row(life: Life, y: number, names: number, x: (day: number) => number, span: Span): SVGElement {
  const middle = y + ROW / 2;
  const group = svg("g", { class: "row" });
  const most = Math.max(4, Math.floor((names - 8) / 6.9));
  const shown = life.name.length > most ? `${life.name.slice(0, most - 1)}…` : life.name;
  group.append(svg("title", {}, tell(life)));
  group.append(svg("text", { class: "name", x: 0, y: middle + 4 }, shown));
  group.append(svg("line", { class: "rail", x1: names, x2: x(span.to), y1: middle, y2: middle }));
  for (const phase of life.phases) {
    if (phase.from >= span.to || (phase.to ?? Infinity) <= span.from) continue;
    const left = x(phase.from);
    const wide = Math.max(x(phase.to ?? span.to) - left, 2);
    const shape = (kind: string) => svg("rect", { class: kind, x: left, y: middle - tall(phase) / 2, width: wide, height: tall(phase), rx: 3 });
    group.append(shape(phase.kind));
    if (phase.kind === "overlap") group.append(shape("overlap-lines"));
  }
  for (const event of life.events) {
    if (event.day < span.from || event.day > span.to) continue;
    const at = x(event.day);
    if (event.kind === "rotate") group.append(svg("line", { class: "rotate", x1: at, x2: at, y1: middle - 9, y2: middle + 9 }));
    else if (event.kind === "delete") group.append(svg("path", { class: "delete", d: `M${at - 4} ${middle - 4}l8 8m0 -8l-8 8` }));
    else if (event.kind === "expire") group.append(svg("path", { class: "expire", d: `M${at} ${middle - 7}l7 7l-7 7l-7 -7z` }));
    else if (event.kind === "create") group.append(svg("circle", { class: "create", cx: at, cy: middle, r: 5 }));
  }
  return group;
}

function tall(phase: Phase): number {
  return phase.kind === "disabled" ? 4 : BAR;
}

/** Two values work at once: lines over the bar. */
function hatch(): SVGElement {
  return svg(
    "defs",
    {},
    svg(
      "pattern",
      { id: "overlap-lines", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 2, height: 5, class: "hatch" }),
    ),
  );
}

/** Says a life in one line, for pointers and readers. */
export function tell(life: Life): string {
  const events = [...life.events].sort((a, b) => a.day - b.day).slice(0, 6);
  const words = events.map((event) => `${event.words} ${writeDay(event.day)}`);
  const isOff = life.phases.every((phase) => phase.kind === "disabled");
  return `${life.name}: ${[isOff && life.events.length === 0 && "switched off", ...words].filter(Boolean).join(", ") || "works, with no end"}`;
}
