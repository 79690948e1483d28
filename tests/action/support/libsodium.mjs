// libsodium itself, through PyNaCl: it makes the pairs of keys, and opens what was sealed with them.

import { spawn } from "node:child_process";
import { env as environment } from "node:process";
import { createInterface } from "node:readline";

/** Makes a pair for each line `pair`, and opens the box of each line `KEY BOX`; both in base64. */
const PROGRAM = `
import base64, json, nacl.public, sys
pairs = {}
for line in sys.stdin:
    words = line.split()
    if words == ["pair"]:
        own = nacl.public.PrivateKey.generate()
        said = base64.b64encode(bytes(own.public_key)).decode()
        pairs[said] = own
    else:
        key, box = words
        said = nacl.public.SealedBox(pairs[key]).decrypt(base64.b64decode(box, validate=True)).decode()
    print(json.dumps(said), flush=True)
`;

/** Starts it where it is installed; nothing where it is not. */
export async function startLibsodium() {
  const python = environment.AI_KEYS_LIBSODIUM_PYTHON;
  if (!python) return undefined;
  const child = spawn(python, ["-c", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("libsodium refuses");
    return JSON.parse(value);
  };
  return {
    /** Returns the public key of a new pair. */
    pair: () => ask("pair"),
    /** Returns what is in a box that was sealed with the public key. */
    open: (key, box) => ask(`${key} ${box}`),
    close: () => child.stdin.end(),
  };
}
