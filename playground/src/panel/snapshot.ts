// Where a plan's live state comes from: a file, a paste, or an account with nothing in it.

import { h } from "../dom.ts";
import type { Page, Snapshot } from "../page.ts";

/** The form that takes a snapshot. */
export function snapshotForm(page: Page): HTMLElement {
  const paste = h("textarea", {
    id: "snapshot",
    rows: 3,
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "{ \"format\": 1, \"provider\": … }",
    oninput: () => {
      if (paste.value.trim() !== "") page.useSnapshot({ text: paste.value, origin: "pasted snapshot" });
    },
  });
  return h(
    "div",
    { class: "give" },
    h("label", { for: "snapshot" }, "Paste a snapshot, drop its file anywhere, or"),
    h("button", { type: "button", class: "link", onclick: () => page.open() }, "choose a file"),
    paste,
  );
}

/** Says what the plan is against, and lets go of it. */
export function snapshotBar(snapshot: Snapshot, page: Page): HTMLElement {
  return h(
    "p",
    { class: "against" },
    "Against ",
    h("strong", {}, snapshot.origin),
    h("button", { type: "button", class: "link", onclick: () => page.open() }, "choose another"),
    h("button", { type: "button", class: "link", onclick: () => page.useSnapshot(null) }, "forget it"),
  );
}

/** An account in which nothing exists yet. */
export const EMPTY_ACCOUNT: Snapshot = { text: null, origin: "an empty account" };
