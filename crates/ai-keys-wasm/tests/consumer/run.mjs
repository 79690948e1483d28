// Runs what the compiler made of portal.ts and browser.ts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check } from "./build/browser.js";
import { mistakes } from "./build/check.js";
import { page } from "./build/portal.js";

const today = "2026-11-23";
const manifest = `
version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
[usage-plan.standard]
throttle = { rate = 10, burst = 20 }
stages = ["chat/prod"]
[key.web]
usage-plans = ["standard"]
`;

const planned = page(manifest, undefined, today);
assert.match(planned, /<li>create key web, risk: none<\/li>/);
assert.match(planned, /<li>standard: 10 requests\/s, bursts of 20<\/li>/);
assert.match(page("versionn = 1", undefined, today), /<li>1:1 AK002 /);
assert.match(page(manifest, "{", today), /<li>not a snapshot: /);
const module = (name) => readFileSync(createRequire(import.meta.url).resolve(`ai-keys/${name}_bg.wasm`));
// A key (2 UTF-16 units) before the mistake: columns are those of a JavaScript string.
const line = "'🔑' = 1";
const { diagnostics } = await check(`${line}\nx`, module("ai_keys"));
const ends = diagnostics.map(({ primary }) => primary).filter(({ start }) => start.line === 1 && start.column === 1);
assert.ok(ends.some(({ end }) => line.slice(0, end.column - 1) === "'🔑'"), JSON.stringify(diagnostics));
assert.deepEqual((await mistakes(`${line}\nx`, module("ai_keys_check"))).diagnostics, diagnostics);
assert.equal((await mistakes(manifest, module("ai_keys_check"))).summary.errors, 0);
console.log("ok");
