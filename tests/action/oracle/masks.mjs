// Looks for a key value, in every form in which one may be hidden, in everything that a run has left.

const WINDOW = 8;

/** Returns the texts that would give a value away: itself and each way in which it may be written. */
export function formsOf(value) {
  const bytes = Buffer.from(value);
  const forms = new Set([
    value,
    value.toUpperCase(),
    value.toLowerCase(),
    [...value].reverse().join(""),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ]);
  // Base64 of something that holds the value shows its middle in one of three alignments.
  for (const before of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(before, 0x20), bytes, Buffer.alloc(3, 0x20)]).toString("base64");
    const first = before === 0 ? 0 : 4;
    const whole = Math.floor((before + bytes.length) / 3) * 4;
    const middle = shifted.slice(first, whole);
    forms.add(middle);
    forms.add(middle.replace(/\+/g, "-").replace(/\//g, "_"));
  }
  return [...forms].filter((form) => form.length >= WINDOW);
}

/** Returns why a text gives a value away, or nothing. Any eight characters in a row are too many. */
export function findValue(text, value) {
  for (let at = 0; at + WINDOW <= value.length; at += 1) {
    const piece = value.slice(at, at + WINDOW);
    if (text.includes(piece)) return `characters ${at} to ${at + WINDOW} of a value`;
  }
  const form = formsOf(value).find((written) => text.includes(written));
  return form === undefined ? undefined : `a value, written another way (${form.length} characters)`;
}

/** Counts what it has looked at, so that a report can say how much. */
export class MaskOracle {
  #scanned = 0;
  #texts = 0;
  #values = new Set();

  /** Throws if one of the values is in one of the named texts. Without a value there is nothing to look for, and nothing is counted. */
  examine(texts, values) {
    const sought = [...values];
    if (sought.length === 0) return;
    for (const value of sought) this.#values.add(value);
    for (const [name, text] of Object.entries(texts)) {
      this.#scanned += Buffer.byteLength(text);
      this.#texts += 1;
      for (const value of sought) {
        const found = findValue(text, value);
        if (found !== undefined) throw new Error(`${name} holds ${found}`);
      }
    }
  }

  /** What was looked at, in words. */
  get report() {
    return `mask oracle: ${this.#scanned} bytes in ${this.#texts} texts scanned for ${this.#values.size} values, none found`;
  }
}
