// What would change: the plan against a snapshot, as data drawn by us.

import type { Change, Plan, Preview, Report, Subject } from "../core.ts";
import { distance, readDay } from "../days.ts";
import { h, type Child } from "../dom.ts";
import { inline } from "../markdown.ts";
import type { Page, View } from "../page.ts";
import { empty, notYet } from "./empty.ts";
import { withPlanner } from "./planner.ts";
import { EMPTY_ACCOUNT, snapshotBar, snapshotForm } from "./snapshot.ts";

const MOST = 200;
const LONGEST = 160;

const SIGNS: Record<string, string> = {
  create: "+", attach: "+", deliver: "+",
  adopt: "~", update: "~", enable: "~",
  disable: "!", retire: "!",
  detach: "−", delete: "−",
};
const RISKS: Record<Change["risk"], string> = {
  none: "",
  limits: "limits callers",
  blocks: "blocks callers",
  destroys: "cannot be undone",
};
const GUARDS: Record<string, string> = {
  threshold: "more is taken away than max-deletes allows",
  "most-of-all": "more than half of what this file owns is taken away",
  "last-key-of-owner": "its owner has no other key that works",
  "owned-by-stack": "CloudFormation owns it",
};

/** The plan. */
export function plan(page: Page): View {
  return {
    id: "plan",
    title: "Plan",
    draw(judged) {
      if (!judged.isSound) return notYet(judged, page, "a plan");
      const { snapshot } = judged;
      if (!snapshot) return ask(page);
      return withPlanner((planner) => h("div", {}, snapshotBar(snapshot, page), ...shown(judged.planned(planner), page)));
    },
  };
}

function shown(planned: Preview | null, page: Page): (Node | null)[] {
  if (!planned) return [empty("No target", "The manifest names no target to plan for.")];
  switch (planned.is) {
    case "planned":
      return [refusals(planned.report, page), changes(planned.plan, planned["cost-in-words"], page)];
    case "invalid":
      return [refusals(planned.report, page)];
    case "bad-snapshot":
      return [callout("Not a snapshot", planned.message), snapshotForm(page)];
    case "unknown-target":
      return [callout("No such target", planned.message)];
  }
}

function callout(title: string, words: string): HTMLElement {
  return h("div", { class: "callout error", role: "alert" }, h("strong", {}, title), h("p", {}, words));
}

function ask(page: Page): Node {
  return h(
    "div",
    {},
    empty(
      "What would change?",
      h("span", {}, "A plan compares the manifest with a snapshot: the live state without key values, which ", h("code", {}, "ai-keys snapshot"), " writes. It stays in this page."),
      h("button", { type: "button", class: "primary", "data-empty-account": true, onclick: () => page.useSnapshot(EMPTY_ACCOUNT) }, "Plan for an empty account"),
    ),
    snapshotForm(page),
  );
}

/** What the live state does not allow; what the manifest alone says is among the problems. */
function refusals(report: Report, page: Page): Node | null {
  const found = report.diagnostics.filter((one) => one.code.startsWith("AK4"));
  if (found.length === 0) return null;
  return h(
    "ul",
    { class: "refusals" },
    ...found.slice(0, MOST).map((one) =>
      h(
        "li",
        { class: `callout ${one.severity}` },
        h("strong", {}, `${one.code} `),
        ...inline(one.message),
        one.help ? h("p", {}, ...inline(one.help)) : null,
        h("button", { type: "button", class: "link", onclick: () => page.jump(one.primary) }, `line ${one.primary.start.line}`),
      ),
    ),
  );
}

function changes(found: Plan, cost: string, page: Page): HTMLElement {
  const more = found.changes.length - MOST;
  return h(
    "div",
    { "data-digest": found.digest },
    h("p", { class: "verdict" }, ...verdict(found, cost)),
    found.guards && found.guards.length > 0 ? guards(found) : null,
    h("ol", { class: "changes" }, ...found.changes.slice(0, MOST).map((change) => item(change, page))),
    more > 0 && h("p", { class: "more" }, `and ${more.toLocaleString("en")} more`),
    found.upcoming && found.upcoming.length > 0 ? later(found) : null,
    h("p", { class: "digest" }, `${found.provider} · ${found.account} · ${found.region} · for ${found.today} · plan ${shortDigest(found.digest)}`),
  );
}

function verdict(found: Plan, cost: string): Child[] {
  const numbers = new Map<string, number>();
  for (const { action } of found.changes) numbers.set(action, (numbers.get(action) ?? 0) + 1);
  const kept = (found.counts["unchanged-keys"] ?? 0) + (found.counts["unchanged-usage-plans"] ?? 0);
  const foreign = (found.counts["foreign-keys"] ?? 0) + (found.counts["foreign-usage-plans"] ?? 0);
  const quiet = [`${kept.toLocaleString("en")} unchanged`, foreign > 0 && `${foreign.toLocaleString("en")} not ours, left alone`, found.changes.length > 0 && cost];
  const words = quiet.filter((word) => word !== false).join(" · ");
  if (numbers.size === 0) return [h("strong", {}, "No changes"), h("span", { class: "quiet" }, words)];
  const chips = [...numbers].map(([action, number]) =>
    h("span", { class: `chip ${action}` }, `${number.toLocaleString("en")} to ${action}`),
  );
  return [...chips, h("span", { class: "quiet" }, words)];
}

function guards(found: Plan): HTMLElement {
  return h(
    "div",
    { class: "callout warning" },
    h("strong", {}, "Not applied without an acknowledgement"),
    h("ul", {}, ...(found.guards ?? []).slice(0, MOST).map((guard) =>
      h("li", {}, h("code", {}, `${guard.acknowledge}@${shortDigest(found.digest)}`), ` ${GUARDS[guard.reason] ?? guard.reason}`),
    )),
  );
}

function item(change: Change, page: Page): HTMLElement {
  const { action, line } = change;
  const risk = RISKS[change.risk];
  return h(
    "li",
    { class: action },
    h(
      "p",
      { class: "head" },
      h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[action] ?? "~"),
      h("span", { class: "action" }, action),
      " ",
      h("span", { class: "subject" }, inFull(change)),
      risk !== "" && h("span", { class: `risk ${change.risk}` }, risk),
      line === undefined ? null : h("button", { type: "button", class: "link at", onclick: () => page.jumpToLine(line) }, `line ${line}`),
    ),
    isAttachment(change) ? null : fields(change),
    change.reason ? h("p", { class: "reason" }, change.reason) : null,
  );
}

function isAttachment({ action }: Change): boolean {
  return action === "attach" || action === "detach";
}

function inFull(change: Change): string {
  const subject = named(change.subject);
  const usagePlan = change.fields?.find((field) => field.field === "usage-plan");
  if (!isAttachment(change) || !usagePlan) return subject;
  return change.action === "attach" ? `${subject} to ${usagePlan.after ?? ""}` : `${subject} from ${usagePlan.before ?? ""}`;
}

/** Says what a change is about: `key chat-web`. */
export function named({ kind, name, generation }: Subject): string {
  return `${kind === "key" ? "key" : "usage plan"} ${name}${generation > 1 ? `#${generation}` : ""}`;
}

function fields({ fields = [] }: Change): HTMLElement | null {
  if (fields.length === 0) return null;
  return h("dl", { class: "fields" }, ...fields.flatMap(({ field, before, after }) => [
    h("dt", {}, field),
    h("dd", {},
      before === undefined ? null : h("del", {}, short(before)),
      before !== undefined && after !== undefined ? h("span", { class: "arrow", "aria-label": "becomes" }, " → ") : null,
      after === undefined ? null : h("ins", {}, short(after)),
    ),
  ]));
}

function later(found: Plan): HTMLElement {
  const today = readDay(found.today) ?? 0;
  return h(
    "section",
    { class: "later" },
    h("h3", {}, "Later"),
    h("ul", {}, ...(found.upcoming ?? []).slice(0, MOST).map((one) =>
      h("li", {},
        h("time", { datetime: one.date }, one.date),
        h("span", { class: "what" }, `${one.action} ${named(one.subject)}`, h("span", { class: "quiet" }, ` ${one.reason}`)),
        h("span", { class: "quiet" }, distance(readDay(one.date) ?? today, today)),
      ),
    )),
  );
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function shortDigest(digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  return `${hex.slice(0, 4)}-${hex.slice(4, 8)}`;
}
