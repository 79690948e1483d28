// Files that are dropped or chosen: a snapshot is JSON, a manifest is not.

import { byId } from "./dom.ts";

/** Larger files are not what this page is for. */
const LARGEST = 32 << 20;

/** What to do with a file. */
export interface Takes {
  manifest(text: string, name: string): void;
  snapshot(text: string, name: string): void;
  refused(why: string): void;
}

/** Takes files from the whole page and from the file dialog. */
export function startDrops(takes: Takes): void {
  const veil = byId("drop", HTMLElement);
  const input = byId("file", HTMLInputElement);
  const isFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  // Before the editor sees it, which would paste the file's text.
  addEventListener(
    "drop",
    (event) => {
      veil.hidden = true;
      if (!isFile(event)) return;
      event.preventDefault();
      event.stopPropagation();
      void take(event.dataTransfer?.files[0], takes);
    },
    { capture: true },
  );
  input.addEventListener("change", () => {
    void take(input.files?.[0], takes).then(() => (input.value = ""));
  });
}

async function take(file: File | undefined, takes: Takes): Promise<void> {
  if (!file) return;
  if (file.size > LARGEST) return takes.refused(`${file.name} is larger than a manifest or a snapshot can be`);
  const text = await file.text();
  if (/^\s*[{[]\s*["{\]}]/.test(text) || file.name.endsWith(".json")) takes.snapshot(text, file.name);
  else takes.manifest(text, file.name);
}
