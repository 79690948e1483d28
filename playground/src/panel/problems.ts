// Everything that is wrong, in the order of the file.

import type { Diagnostic } from "../core.ts";
import { count, h } from "../dom.ts";
import { draw, inline } from "../markdown.ts";
import type { Judged, Page, View } from "../page.ts";
import { explain } from "../texts.ts";
import { fixLabel } from "../editor/lint.ts";
import { empty } from "./empty.ts";

const MOST = 200;
const MODIFIER = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

/** The list of diagnostics. */
export function problems(page: Page): View {
  return {
    id: "problems",
    title: "Problems",
    badge({ report }) {
      const { errors, warnings } = report.summary;
      if (errors > 0) return { text: short(errors), label: count(errors, "error"), tone: "error" };
      if (warnings > 0) return { text: short(warnings), label: count(warnings, "warning"), tone: "warning" };
      return null;
    },
    draw: (judged) => list(judged, page),
  };
}

/** Says how many there are: `2 errors, 1 warning`. */
export function inWords({ summary }: Judged["report"]): string {
  const words = [
    summary.errors > 0 && count(summary.errors, "error"),
    summary.warnings > 0 && count(summary.warnings, "warning"),
    summary.notes > 0 && count(summary.notes, "note"),
  ].filter((word) => word !== false);
  return words.join(", ") || "No problems";
}

function short(number: number): string {
  return number > 999 ? "999+" : String(number);
}

function list({ report, text }: Judged, page: Page): Node {
  const { diagnostics } = report;
  if (text.trim() === "") {
    return empty("An empty manifest", "Choose an example above, drop a keys.toml anywhere, or start typing: Ctrl+Space completes.");
  }
  if (diagnostics.length === 0) {
    return empty("No problems", "Every rule is content with this manifest. The other tabs say what it means.");
  }
  const fixable = diagnostics.filter((one) => one.fix?.certainty === "certain");
  const more = diagnostics.length - MOST;
  return h(
    "div",
    {},
    h(
      "div",
      { class: "bar" },
      h("p", { class: "keys" }, h("kbd", {}, "F8"), " next  ", h("kbd", {}, `${MODIFIER} .`), " fix here"),
      fixable.length > 1 &&
        h("button", { type: "button", "data-fix-all": true, onclick: () => page.fix(fixable) }, `Fix all ${fixable.length} that are certain`),
    ),
    h("ol", { class: "problems-list" }, ...diagnostics.slice(0, MOST).map((one) => item(one, page))),
    more > 0 && h("p", { class: "more" }, `and ${more.toLocaleString("en")} more`),
  );
}

function item(one: Diagnostic, page: Page): HTMLElement {
  const { line, column } = one.primary.start;
  const edit = one.fix;
  const details = h("details", { class: "why", "data-code": one.code }, h("summary", {}, one.code, " ", one.name));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) void show(one.code, details);
  });
  return h(
    "li",
    { class: one.severity },
    h(
      "button",
      { type: "button", class: "jump", onclick: () => page.jump(one.primary) },
      h("span", { class: "mark", role: "img", "aria-label": one.severity }),
      h("span", { class: "says" }, ...inline(one.message)),
      h("span", { class: "at" }, h("span", { class: "unseen" }, "line "), `${line}:${column}`),
    ),
    one.help ? h("p", { class: "help" }, ...inline(one.help)) : null,
    ...(one.related ?? []).map((place) =>
      h(
        "button",
        { type: "button", class: "related link", onclick: () => page.jump(place) },
        `line ${place.start.line}${place.text ? `: ${place.text}` : ""}`,
      ),
    ),
    h(
      "div",
      { class: "row" },
      edit ? h("button", { type: "button", class: "fix", onclick: () => page.fix([one]) }, fixLabel(edit)) : null,
      details,
    ),
  );
}

async function show(code: string, details: HTMLElement): Promise<void> {
  const place = h("div", { role: "status" }, "…");
  details.append(place);
  try {
    place.replaceWith(draw(body(await explain(code))));
  } catch {
    // Closed and opened again, it is fetched again.
    place.replaceWith();
    details.removeAttribute("open");
  }
}

/** The first line of an explanation repeats the code. */
function body(explanation: string): string {
  return explanation.replace(/^# .*\n/, "");
}
