// What GitHub's runner would make of a transcript: written from its behaviour, as the last judge of
// what our output can do. Sources: actions/runner 2.336, ActionCommand.cs and ActionCommandManager.cs.

/** Commands that the runner knows. Anything else in a line is text. */
const REGISTERED = new Set([
  "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
  "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
]);

const unescapeData = (text) => text.replace(/%0D/g, "\r").replace(/%0A/g, "\n").replace(/%25/g, "%");
const unescapeProperty = (text) =>
  text.replace(/%0D/g, "\r").replace(/%0A/g, "\n").replace(/%3A/g, ":").replace(/%2C/g, ",").replace(/%25/g, "%");
const unescapeOld = (text) =>
  text.replace(/%3B/g, ";").replace(/%0D/g, "\r").replace(/%0A/g, "\n").replace(/%5D/g, "]").replace(/%25/g, "%");

/** Cuts text as .NET's `ReadLine` does: at LF, CRLF and a lone CR. */
export const linesOf = (text) => text.split(/\r\n|\r|\n/);

/** Reads one line; nothing if it is no command. */
export function parseLine(line) {
  return parseNew(line) ?? parseOld(line);
}

function parseNew(line) {
  const trimmed = line.trimStart();
  if (!trimmed.startsWith("::")) return undefined;
  const end = trimmed.indexOf("::", 2);
  if (end < 0) return undefined;
  return command(trimmed.slice(2, end), ",", trimmed.slice(end + 2), unescapeProperty, unescapeData);
}

function parseOld(line) {
  const start = line.indexOf("##[");
  const end = line.indexOf("]", start);
  if (start < 0 || end < 0) return undefined;
  return command(line.slice(start + 3, end), ";", line.slice(end + 1), unescapeOld, unescapeOld);
}

function command(head, separator, data, property, value) {
  const [, name = head, rest = ""] = /^(\S+)\s+(.*)$/s.exec(head.trim()) ?? [];
  if (!REGISTERED.has(name.toLowerCase())) return undefined;
  const properties = {};
  for (const pair of rest.split(separator)) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(at + 1) !== "") properties[pair.slice(0, at).trim().toLowerCase()] = property(pair.slice(at + 1));
  }
  return { name: name.toLowerCase(), properties, data: value(data) };
}

/** Returns every command of a transcript, in order. */
export function commandsOf(text) {
  return linesOf(text).map(parseLine).filter((found) => found !== undefined);
}

/** What our output may ask of the runner. */
const ALLOWED = new Set(["error", "warning", "notice"]);

/** Throws if a transcript makes the runner do more than annotate, or annotate more than it shows. */
export function judge(text) {
  const counts = { error: 0, warning: 0, notice: 0 };
  for (const { name, data, properties } of commandsOf(text)) {
    if (!ALLOWED.has(name)) throw new Error(`the transcript commands the runner: ${name} ${data.slice(0, 80)}`);
    counts[name] += 1;
    if (data.length > 4096) throw new Error(`an annotation of ${data.length} characters is cut`);
    const { line, endline } = properties;
    if (endline !== undefined && Number(endline) < Number(line)) throw new Error("an annotation ends before it begins");
  }
  for (const [level, count] of Object.entries(counts)) {
    if (count > 10) throw new Error(`${count} annotations of level ${level}: the runner shows ten`);
  }
  return counts;
}
