// A portal's page about one keys.toml: what is wrong, what would change, what the keys may do.
import { limits, plan, validate, type Change, type DiagnosticReport } from "ai-keys";

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const list = (items: string[]) => `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;

const mistake = ({ primary, code, message, help }: DiagnosticReport) =>
  `${primary.start.line}:${primary.start.column} ${code} ${message}${help ? ` (${help})` : ""}`;
const step = ({ action, subject, risk }: Change) => `${action} ${subject.kind} ${subject.name}, risk: ${risk}`;

export function page(manifest: string, snapshot: string | undefined, today: string): string {
  const preview = plan(manifest, snapshot, undefined, today);
  switch (preview.is) {
    case "planned":
      return list(preview.plan.changes.map(step)) + list((limits(manifest) ?? []).map((of) => `${of["usage-plan"]}: ${of.throttle}`));
    case "invalid":
      return list(validate(manifest, today).diagnostics.map(mistake));
    case "bad-snapshot":
    case "unknown-target":
      return list([preview.message]);
  }
}
