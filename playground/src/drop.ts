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
      void takeAll(event.dataTransfer?.files, takes);
    },
    { capture: true },
  );
  input.addEventListener("change", () => {
    void takeAll(input.files, takes).then(() => (input.value = ""));
  });
}

/** A manifest and its snapshot may come together. */
async function takeAll(files: FileList | null | undefined, takes: Takes): Promise<void> {
  const read = await Promise.all([...(files ?? [])].map((file) => take(file, takes)));
  // The snapshot last: a manifest lets go of an example's.
  for (const use of read.sort((a, b) => a.order - b.order)) use.run();
}

interface Taken {
  order: number;
  run(): void;
}

async function take(file: File, takes: Takes): Promise<Taken> {
  if (file.size > LARGEST) {
    return { order: 0, run: () => takes.refused(`${file.name} is larger than a manifest or a snapshot can be`) };
  }
  const text = await file.text();
  const isSnapshot = /^\s*\{/.test(text) || file.name.endsWith(".json");
  return isSnapshot
    ? { order: 2, run: () => takes.snapshot(text, file.name) }
    : { order: 1, run: () => takes.manifest(text, file.name) };
}
