// Starts the page: the editor on one side, what it means on the other.

import { loadCore } from "./core.ts";
import { byId, h } from "./dom.ts";
import { startDrops } from "./drop.ts";
import { Editor } from "./editor/editor.ts";
import { Shapes } from "./editor/schema.ts";
import { EXAMPLES } from "./examples.ts";
import { Judge } from "./judge.ts";
import { Link } from "./link.ts";
import { startOffline } from "./offline.ts";
import type { Page } from "./page.ts";
import { limitsView } from "./panel/limits.ts";
import { plan } from "./panel/plan.ts";
import { problems } from "./panel/problems.ts";
import { Tabs } from "./panel/tabs.ts";
import { timeline } from "./panel/timeline.ts";
import { loadSchema } from "./texts.ts";
import { startTheme } from "./theme.ts";

let shapes: Shapes | null = null;

const page: Page = {
  jump: (place) => editor.jump(place),
  jumpToLine: (line) => editor.jumpToLine(line),
  fix: (diagnostics) => editor.fix(diagnostics),
  show: (view) => tabs.show(view),
  open: () => byId("file", HTMLInputElement).click(),
  useSnapshot: (snapshot) => judge.useSnapshot(snapshot),
  explain(code) {
    tabs.show("problems");
    const details = document.querySelector<HTMLDetailsElement>(`#view-problems details[data-code="${CSS.escape(code)}"]`);
    if (!details) return;
    details.open = true;
    details.scrollIntoView({ block: "nearest" });
    details.querySelector("summary")?.focus();
  },
};

startTheme();
const editor = new Editor(byId("editor", HTMLElement), {
  changed: () => judge.soon(),
  explain: page.explain,
  shapes: () => shapes,
});
const tabs = new Tabs([problems(page), plan(page), limitsView(page), timeline(page)], () => link.soon());
const judge = new Judge(editor, tabs, (judged) => {
  const chosen = byId("example", HTMLSelectElement);
  const example = EXAMPLES.find((one) => one.manifest === judged.text);
  if (chosen.value !== (example?.id ?? "")) chosen.value = example?.id ?? "";
  link.soon();
});
const link = new Link(judge, tabs, editor);

startDrops({
  manifest: (text) => judge.open(text),
  snapshot(text, origin) {
    judge.useSnapshot({ text, origin });
    tabs.show("plan");
  },
  refused: (why) => link.say(why),
});
byId("open", HTMLButtonElement).addEventListener("click", () => page.open());
byId("share", HTMLButtonElement).addEventListener("click", () => void link.copy());
byId("example", HTMLSelectElement).append(
  h("option", { value: "" }, "Choose…"),
  ...EXAMPLES.map((example) => h("option", { value: example.id }, example.title)),
);
byId("example", HTMLSelectElement).addEventListener("change", (event) => {
  const example = EXAMPLES.find((one) => one.id === (event.target as HTMLSelectElement).value);
  if (example) link.start(example);
});
document.querySelector("[data-skip]")?.addEventListener("click", (event) => {
  event.preventDefault(); // The address holds the manifest.
  byId("panel", HTMLElement).focus();
});

try {
  await loadCore();
  await link.restore();
} catch (error) {
  byId("counts", HTMLElement).textContent = `The page could not start: ${error instanceof Error ? error.message : "unknown reason"}`;
}
// Completion and hover help have to wait for it, and nothing else does.
void loadSchema().then(
  (schema) => (shapes = new Shapes(schema)),
  () => link.say("Completion and hover help could not be fetched."),
);
void startOffline(() => {
  byId("where", HTMLElement).textContent = "Nothing leaves this page · works offline";
});
