// What a view says when it has nothing to show.

import { count, h, type Child } from "../dom.ts";
import type { Judged, Page } from "../page.ts";

/** A heading, a sentence and what to do. */
export function empty(title: string, words: Child, ...rest: Child[]): HTMLElement {
  return h("div", { class: "empty" }, h("h3", {}, title), h("p", {}, words), ...rest);
}

/** For views that need a manifest without errors. */
export function notYet(judged: Judged, page: Page, what: string): HTMLElement {
  const { errors } = judged.report.summary;
  if (judged.text.trim() === "") return empty("Nothing here yet", `Write or drop a manifest to see ${what}.`);
  const number = count(errors, "error");
  return empty(
    `${number} to mend first`,
    `The manifest has to be free of errors before ${what} can be shown.`,
    h("button", { type: "button", onclick: () => page.show("problems") }, `Show ${number}`),
  );
}
