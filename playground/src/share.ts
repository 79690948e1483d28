// The page's state in the part of the address that is never sent: `#1.` and deflated JSON.

const FORM = "1.";
/** Longer links are cut by chat programs and mail. */
export const LONGEST_LINK = 32_000;
/** What a link may unfold to; a small link can hold a very large text. */
const LARGEST_STATE = 8 << 20;

/** What a link holds. */
export interface Shared {
  manifest: string;
  snapshot?: string;
  target?: string;
  today?: string;
  view?: string;
}

/** Writes the state as the fragment of an address. */
export async function writeLink(state: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const packed = await through(bytes, new CompressionStream("deflate-raw"), Infinity);
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return FORM + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Reads a fragment; `null` if it is not one of ours, or damaged, or far too large. */
export async function readLink(fragment: string): Promise<Shared | null> {
  const text = fragment.replace(/^#/, "");
  if (!text.startsWith(FORM)) return null;
  try {
    const binary = atob(text.slice(FORM.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const bytes = await through(packed, new DecompressionStream("deflate-raw"), LARGEST_STATE);
    return asShared(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

function asShared(found: unknown): Shared | null {
  if (typeof found !== "object" || found === null) return null;
  const { manifest, snapshot, target, today, view } = found as Record<string, unknown>;
  if (typeof manifest !== "string") return null;
  const shared: Shared = { manifest };
  if (typeof snapshot === "string") shared.snapshot = snapshot;
  if (typeof target === "string") shared.target = target;
  if (typeof today === "string") shared.today = today;
  if (typeof view === "string") shared.view = view;
  return shared;
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => undefined); // The reader below meets the same error.
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError("the link unfolds to more than a manifest may have");
    }
    pieces.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
