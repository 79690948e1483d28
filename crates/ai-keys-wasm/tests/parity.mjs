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
const entry = (path) => pathToFileURL(join(folder, path)).href;

const web = await import(entry("web/ai_keys.js"));
web.initSync({ module: readFileSync(join(folder, "web/ai_keys_bg.wasm")) });
const entries = {
  node: createRequire(import.meta.url)(join(folder, "node/ai_keys.js")),
  web,
  bundler: await import(entry("bundler/ai_keys.js")),
};

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
const bytes = readFileSync(join(folder, "node/ai_keys_bg.wasm"));
const failures = [];
const planned = { planned: 0 };

for (const [name, module] of Object.entries(entries)) {
  // One module in three wrappings: one of them is asked everything, the others what shows that
  // their wrapping works.
  const isSame = bytes.equals(readFileSync(join(folder, name, "ai_keys_bg.wasm")));
  const calls = name === "node" || !isSame ? expectations : expectations.slice(0, 100);
  for (const { call, arguments: args, answer } of calls) {
    let given;
    try {
      given = ask(module, call, args);
    } catch (error) {
      given = `threw ${error}`;
    }
    if (given !== answer) failures.push({ name, call, args, answer, given });
    if (name === "node" && call === "plan" && given?.startsWith('{"is":"planned"')) planned.planned += 1;
  }
  for (const today of ["", "2026-02-30", "today", "23.11.2026", "\ud800"]) {
    for (const wrong of [() => module.validate("", today), () => module.plan("", null, null, today), () => module.lives("", null, null, today)]) {
      try {
        wrong();
        failures.push({ name, call: "today", args: [today], given: "no error" });
      } catch (error) {
        if (!(error instanceof RangeError)) failures.push({ name, call: "today", args: [today], given: `${error}` });
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
  console.log(`${expectations.length} answers equal, ${planned.planned} of them plans`);
}
