// The view of every key's life: a picture, and the same as a table.

import { distance, readDay, writeDay } from "../days.ts";
import { count, h } from "../dom.ts";
import type { Judged, Page, View } from "../page.ts";
import { empty, notYet } from "./empty.ts";
import { livesOf, type Life } from "./life.ts";
import { picture, spanOf } from "./picture.ts";
import { withPlanner } from "./planner.ts";

const MOST = 60;

const LEGEND: [string, string][] = [
  ["active", "works"],
  ["rotation-due", "new value is due"],
  ["rotate", "new value"],
  ["overlap", "two values work"],
  ["grace", "off, can come back"],
  ["disabled", "switched off"],
  ["expire", "expires"],
  ["delete", "deleted"],
];

/** The lives. */
export function timeline(page: Page): View {
  return {
    id: "life",
    title: "Life",
    draw(judged) {
      if (!judged.isSound) return notYet(judged, page, "the lives of its keys");
      return withPlanner((planner) => {
        const all = livesOf(judged, planner);
        if (typeof all === "string") return empty("No lives to show", `${all}.`);
        if (all.length === 0) return empty("No keys", "A key's life shows here as soon as the manifest has one.");
        return figure(all, judged);
      });
    },
  };
}

function figure(all: Life[], judged: Judged): HTMLElement {
  const today = readDay(judged.today) ?? 0;
  const place = h("div", { class: "drawing" });
  const rows = h("tbody");
  const caption = h("p", { class: "quiet", role: "status" });
  const show = (words: string) => {
    const found = all.filter((life) => life.name.includes(words) || (life.owner ?? "").includes(words));
    const shown = found.slice(0, MOST);
    const span = spanOf(shown, today);
    const draw = () => place.replaceChildren(picture(shown, span, today, Math.max(place.clientWidth, 280)));
    watch(place, draw);
    rows.replaceChildren(...shown.map((life) => row(life, today)));
    caption.textContent =
      found.length > MOST ? `${MOST} of ${count(found.length, "key")}, the next to change first` : `${count(found.length, "key")}, the next to change first`;
  };
  const find = h("input", { type: "search", placeholder: "Find a key or an owner", "aria-label": "Find a key or an owner", autocomplete: "off" });
  find.addEventListener("input", () => show(find.value.trim()));
  show("");
  return h(
    "figure",
    {},
    h("div", { class: "bar" }, all.length > 8 ? find : null, caption),
    place,
    h("ul", { class: "legend", "aria-hidden": "true" }, ...LEGEND.map(([kind, words]) => h("li", {}, h("i", { class: kind }), words))),
    h(
      "details",
      { class: "as-table" },
      h("summary", {}, "As a table"),
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...["Key", "Owner", "Next", "Then"].map((name) => h("th", { scope: "col" }, name)))),
        rows,
      ),
    ),
  );
}

function row(life: Life, today: number): HTMLElement {
  const coming = life.events.filter((event) => event.day >= today).sort((a, b) => a.day - b.day);
  const past = life.events.filter((event) => event.day < today).sort((a, b) => b.day - a.day);
  const say = (event: Life["events"][number] | undefined) =>
    event ? `${event.words} ${writeDay(event.day)} (${distance(event.day, today)})` : "";
  const isOff = life.phases.every((phase) => phase.kind === "disabled");
  const first = say(coming[0] ?? past[0]) || (isOff ? "switched off" : "works, with no end");
  return h("tr", {}, h("th", { scope: "row" }, life.name), h("td", {}, life.owner ?? ""), h("td", {}, first), h("td", {}, say(coming[1])));
}

const watched = new WeakMap<Element, ResizeObserver>();

/** Draws now and whenever the place gets another width. */
function watch(place: Element, draw: () => void): void {
  watched.get(place)?.disconnect();
  let width = -1;
  const observer = new ResizeObserver(() => {
    if (place.clientWidth === width || place.clientWidth === 0) return;
    width = place.clientWidth;
    draw();
  });
  observer.observe(place);
  watched.set(place, observer);
}
