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

/** The dates that a snapshot knows of our keys; an unreadable one knows none. */
export function liveDates(snapshot: Snapshot | null, namespace: string): Map<string, LiveDates> {
  const found = new Map<string, LiveDates>();
  for (const key of Object.values(keysOf(snapshot))) {
    const marker = /^\[ai-keys: (\S+)\/(\S+)#(\d+)(.*)\]$/.exec(String(key["marker"] ?? ""));
    if (!marker || marker[1] !== namespace) continue;
    const date = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(marker[4] ?? "")?.[1] ?? null;
    const generation = Number(marker[3]);
    const name = marker[2] ?? "";
    if ((found.get(name)?.generation ?? 0) > generation) continue;
    const created = typeof key["created"] === "string" ? key["created"] : null;
    found.set(name, { generation, created, removed: date("removed"), owner: date("owner") });
  }
  return found;
}

/** What a snapshot says of one key's life. */
export interface LiveDates {
  generation: number;
  created: string | null;
  removed: string | null;
  owner: string | null;
}

function keysOf(snapshot: Snapshot | null): Record<string, Record<string, unknown>> {
  try {
    const live = JSON.parse(snapshot?.text ?? "{}") as { keys?: Record<string, Record<string, unknown>> };
    return live.keys ?? {};
  } catch {
    return {};
  }
}
