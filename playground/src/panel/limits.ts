// How often each key may call what, in the core's own words.

import { limits, type UsagePlanLimits } from "../core.ts";
import { count, h } from "../dom.ts";
import type { Page, View } from "../page.ts";
import { empty, notYet } from "./empty.ts";

const MOST = 100;
const MOST_KEYS = 24;

/** The limits. */
export function limitsView(page: Page): View {
  return {
    id: "limits",
    title: "Limits",
    draw(judged) {
      if (!judged.isSound) return notYet(judged, page, "its limits");
      const found = limits(judged.text) ?? [];
      if (found.length === 0) return empty("No usage plans", "A usage plan says how often its keys may call which stages.");
      const more = found.length - MOST;
      return h("div", {}, ...found.slice(0, MOST).map(card), more > 0 && h("p", { class: "more" }, `and ${more} more`));
    },
  };
}

function card(one: UsagePlanLimits): HTMLElement {
  return h(
    "section",
    { class: "card" },
    h("h3", {}, one["usage-plan"]),
    h(
      "dl",
      { class: "facts" },
      ...fact("Rate", one.throttle),
      ...fact("Quota", one.quota),
      ...(one.methods ?? []).flatMap(({ stage, method, throttle }) => fact(`${stage}${method}`, throttle, "method")),
    ),
    h("p", { class: "members" }, ...members(one.keys)),
  );
}

function fact(name: string, value: string, kind = ""): HTMLElement[] {
  const isBlocked = value.includes("blocks everyone");
  return [h("dt", { class: kind }, name), h("dd", { class: isBlocked ? "blocked" : "" }, value)];
}

function members(keys: string[]): (HTMLElement | string)[] {
  if (keys.length === 0) return ["No key is on it"];
  const more = keys.length - MOST_KEYS;
  const names = keys.slice(0, MOST_KEYS).map((key) => h("code", {}, key));
  return [h("span", { class: "quiet" }, count(keys.length, "key")), ...names, ...(more > 0 ? [`and ${more.toLocaleString("en")} more`] : [])];
}
