// Compares what the package answers with what the core answers natively, byte for byte.
//
//   node --experimental-wasm-modules parity.mjs PACKAGE EXPECTATIONS
//
// Started by `cargo xtask wasm --test`, which writes the expectations.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const require = createRequire(import.meta.url);

/** One module in its three wrappings. */
async function wrappings(under, name) {
  const path = (entry) => join(folder, under, entry);
  const web = await import(pathToFileURL(path(`web/${name}.js`)).href);
  web.initSync({ module: readFileSync(path(`web/${name}_bg.wasm`)) });
  const bytes = (entry) => readFileSync(path(`${entry}/${name}_bg.wasm`));
  return [
    ["node", require(path(`node/${name}.js`))],
    ["web", web],
    ["bundler", await import(pathToFileURL(path(`bundler/${name}.js`)).href)],
  ].map(([entry, module]) => ({ name: `${name} for ${entry}`, module, isSame: entry !== "node" && bytes(entry).equals(bytes("node")) }));
}

const entries = [...(await wrappings("", "ai_keys")), ...(await wrappings("check", "ai_keys_check"))];

// An answer crosses the border as JSON text for the engine's own parser. What that parser is given
// is what the module wrote: no second serializer stands between the two sides.
const parse = JSON.parse;
let heard;
JSON.parse = (text) => {
  heard = text;
  return parse(text);
};

/** Returns the text of an answer; null for none. */
function ask(module, call, args) {
  heard = undefined;
  const answer = module[call](...args.map((argument) => argument ?? undefined));
  return heard ?? answer ?? null;
}

const expectations = parse(readFileSync(file, "utf8"));
const failures = [];
let [equal, plans] = [0, 0];

for (const { name, module, isSame } of entries) {
  // One wrapping is asked everything, the others what shows that they work. The part that checks is
  // asked what it has.
  const calls = (isSame ? expectations.slice(0, 100) : expectations).filter(({ call }) => call in module);
  for (const { call, arguments: args, answer } of calls) {
    let given;
    try {
      given = ask(module, call, args);
    } catch (error) {
      given = `threw ${error}`;
    }
    if (given !== answer) failures.push({ name, call, args, answer, given });
    equal += 1;
    if (call === "plan" && given?.startsWith('{"is":"planned"')) plans += 1;
  }
  for (const today of ["", "2026-02-30", "today", "23.11.2026", "\ud800"]) {
    const wrong = { validate: ["", today], plan: ["", null, null, today], lives: ["", null, null, today] };
    for (const [call, args] of Object.entries(wrong).filter(([call]) => call in module)) {
      try {
        module[call](...args);
        failures.push({ name, call, args, given: "no error" });
      } catch (error) {
        if (!(error instanceof RangeError)) failures.push({ name, call, args, given: `${error}` });
      }
    }
  }
  // Half of a pair, which no Rust string can hold.
  if (module.validate("\ud800", null).summary.errors === 0) failures.push({ name, call: "half a pair" });
  if (!/^\d+\.\d+\.\d+/.test(module.version())) failures.push({ name, call: "version" });
}

for (const failure of failures.slice(0, 5)) console.error(JSON.stringify(failure, null, 1).slice(0, 3000));
if (failures.length > 0) {
  console.error(`${failures.length} answers differ`);
  process.exitCode = 1;
} else {
  console.log(`${equal} answers equal, ${plans} of them plans`);
}
