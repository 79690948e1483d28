// The address holds the state, as far as it may and fits.

import { loadPlanner } from "./core.ts";
import { byId } from "./dom.ts";
import type { Editor } from "./editor/editor.ts";
import { EXAMPLES, type Example } from "./examples.ts";
import { EXAMPLE, mayKeep, type Judge } from "./judge.ts";
import type { Judged, Snapshot } from "./page.ts";
import { EMPTY_ACCOUNT } from "./panel/snapshot.ts";
import type { Tabs } from "./panel/tabs.ts";
import { LONGEST_LINK, readLink, writeLink, type Shared } from "./share.ts";

const PAUSE = 350;
/** Stands for an account in which nothing exists yet. */
const NOTHING = "";

/** Keeps the address in step with the page. */
export class Link {
  private timer = 0;
  private written = "";
  private turn = 0;

  constructor(
    private readonly judge: Judge,
    private readonly tabs: Tabs,
    private readonly editor: Editor,
  ) {
    addEventListener("hashchange", () => {
      if (location.hash !== this.written) void this.restore();
    });
  }

  /** Shows what the address holds, or the first example. */
  async restore(): Promise<void> {
    const shared = await readLink(location.hash);
    if (shared) {
      const snapshot = shared.snapshot === undefined ? null : fromLink(shared.snapshot);
      this.judge.start(shared.manifest, snapshot, shared.target ?? null, shared.today ?? null);
      if (shared.view) this.tabs.show(shared.view);
      return;
    }
    if (location.hash.length > 1) this.say("The link is damaged or cut short; this is an example instead.");
    const first = EXAMPLES[0];
    if (first && this.editor.text === "") this.start(first);
  }

  /** Shows an example. */
  start(example: Example): void {
    const snapshot = example.snapshot === undefined ? null : { text: example.snapshot, origin: EXAMPLE };
    this.judge.start(example.manifest, snapshot, null, example.today ?? null);
    if (example.view) this.tabs.show(example.view);
  }

  /** Writes the address after a pause. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.write(), PAUSE);
  }

  /** Copies the address, or says why there is none. */
  async copy(): Promise<void> {
    clearTimeout(this.timer);
    const refused = await this.write();
    if (refused !== null) return this.say(refused);
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("Link copied. It holds the whole manifest: whoever has it can read it.");
    } catch {
      this.say("The link is in the address bar: copy it from there.");
    }
  }

  /** Says something for a while. */
  say(words: string): void {
    const toast = byId("toast", HTMLElement);
    toast.textContent = words;
    toast.classList.add("shown");
    this.turn += 1;
    const turn = this.turn;
    setTimeout(() => turn === this.turn && toast.classList.remove("shown"), 5_000);
  }

  /** Writes the address; returns why it could not. */
  private async write(): Promise<string | null> {
    const judged = this.judge.settled;
    if (!judged) return "Still checking: try again in a moment.";
    if (!mayKeep(judged)) {
      this.put("");
      return "No link: the text holds what looks like a key value.";
    }
    const state: Shared = { manifest: judged.text, view: this.tabs.shown };
    if (judged.snapshot && (await isReadable(judged))) state.snapshot = judged.snapshot.text ?? NOTHING;
    if (judged.target !== null) state.target = judged.target;
    if (this.judge.chosenDay !== null) state.today = this.judge.chosenDay;
    let fragment = await writeLink(state);
    let left: string | null = null;
    if (fragment.length > LONGEST_LINK && state.snapshot !== undefined) {
      delete state.snapshot;
      fragment = await writeLink(state);
    }
    if (fragment.length > LONGEST_LINK) left = "No link: the manifest is too long for one.";
    // Something was typed while this was packed: the next turn writes that.
    if (this.judge.settled !== judged) return "Still checking: try again in a moment.";
    this.put(left === null ? `#${fragment}` : "");
    return left;
  }

  private put(fragment: string): void {
    this.written = fragment;
    if (location.hash !== fragment) history.replaceState(null, "", fragment === "" ? location.pathname + location.search : fragment);
  }
}

/** Whether the planner takes the snapshot for one; a link holds nothing else. */
async function isReadable(judged: Judged): Promise<boolean> {
  try {
    return judged.planned(await loadPlanner())?.is !== "bad-snapshot";
  } catch {
    return false; // Without the planner nobody knows.
  }
}

function fromLink(text: string): Snapshot {
  return text === NOTHING ? EMPTY_ACCOUNT : { text, origin: "the link's snapshot" };
}
