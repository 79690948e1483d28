// Where in a TOML text a position is: in which table, before or after which `=`.

/** A place for completion and hover. */
export interface Place {
  /** `header` between `[` and `]`, `key` before a `=`, `value` after it. */
  kind: "header" | "key" | "value";
  /** The names that lead here, without the word itself: table, keys, inline tables; `[]` is an item of a list. */
  path: string[];
  /** What is written of the word so far. */
  word: string;
  /** Where the word starts, in the text that was given. */
  from: number;
  /** Whether the word stands in quotes. */
  isQuoted: boolean;
}

interface Frame {
  kind: "table" | "inline" | "list";
  path: string[];
}

const ITEM = "[]";
const WORD = /[A-Za-z0-9_-]/;

/**
 * Finds the place at the end of `text`, which starts at a table header or at
 * the start of the file; `null` within comments.
 */
export function placeAtEnd(text: string): Place | null {
  const frames: Frame[] = [{ kind: "table", path: [] }];
  let keys: string[] = [];
  let isValue = false;
  let at = 0;
  const top = () => frames[frames.length - 1] as Frame;
  const here = () => [...top().path, ...keys];
  const place = (word: string, from: number, isQuoted: boolean): Place => {
    const kind = isValue ? "value" : "key";
    return { kind, path: here(), word, from, isQuoted };
  };
  while (at < text.length) {
    const letter = text[at] as string;
    if (letter === "#") {
      const end = text.indexOf("\n", at);
      if (end < 0) return null;
      at = end;
    } else if (letter === '"' || letter === "'") {
      const end = closing(text, at, letter);
      if (end === null) return place(text.slice(at + 1), at + 1, true);
      if (!isValue) keys.push(text.slice(at + 1, end - 1));
      at = end;
    } else if (WORD.test(letter)) {
      const start = at;
      while (at < text.length && WORD.test(text[at] as string)) at += 1;
      const word = text.slice(start, at);
      if (at === text.length) return place(word, start, false);
      if (!isValue) keys.push(word);
    } else {
      at += 1;
      if (letter === "=") isValue = true;
      else if (letter === "[" && !isValue && top().kind === "table") {
        const end = text.indexOf("]", at);
        const line = text.indexOf("\n", at);
        if (end < 0 || (line >= 0 && line < end)) {
          if (line >= 0) continue;
          return header(text, at);
        }
        frames[0] = { kind: "table", path: split(text.slice(at, end)) };
        at = end + 1;
        keys = [];
      } else if (letter === "[") {
        frames.push({ kind: "list", path: [...here(), ITEM] });
        keys = [];
      } else if (letter === "{") {
        frames.push({ kind: "inline", path: here() });
        keys = [];
        isValue = false;
      } else if ((letter === "}" || letter === "]") && frames.length > 1) {
        frames.pop();
        keys = [];
        isValue = true;
      } else if (letter === ",") {
        keys = [];
        isValue = top().kind === "list";
      } else if (letter === "\n" && top().kind === "table") {
        keys = [];
        isValue = false;
      }
    }
  }
  return place("", text.length, false);
}

function header(text: string, at: number): Place {
  const inside = text.slice(at);
  const dot = inside.lastIndexOf(".");
  const word = inside.slice(dot + 1);
  const path = dot < 0 ? [] : split(inside.slice(0, dot));
  return { kind: "header", path, word, from: text.length - word.length, isQuoted: false };
}

function split(name: string): string[] {
  return name.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
}

function closing(text: string, at: number, quote: string): number | null {
  const long = quote.repeat(3);
  const isLong = text.startsWith(long, at);
  const mark = isLong ? long : quote;
  for (let end = at + mark.length; end < text.length; end += 1) {
    if (text[end] === "\\" && quote === '"') end += 1;
    else if (text.startsWith(mark, end)) return end + mark.length;
    else if (text[end] === "\n" && !isLong) return end;
  }
  return null;
}
