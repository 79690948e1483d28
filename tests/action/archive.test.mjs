// What GitHub's runner downloads: all that the Action needs, and nothing else.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

import { ACTION } from "./support/act.mjs";

function filesIn(folder, root = folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(folder, entry.name), root) : [relative(root, join(folder, entry.name))]))
    .sort();
}

test("the archive holds the Action and its papers", () => {
  const outside = readdirSync(ACTION).sort();
  assert.deepEqual(outside, ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "SECURITY.md", "action.yml", "dist"]);
});

test("`dist` is what BUILDINFO.json names, byte for byte", () => {
  const info = JSON.parse(readFileSync(join(ACTION, "dist/BUILDINFO.json"), "utf8"));
  const found = filesIn(join(ACTION, "dist")).filter((name) => name !== "BUILDINFO.json");
  assert.deepEqual(Object.keys(info.files).sort(), found);
  for (const name of found) {
    const hash = createHash("sha256").update(readFileSync(join(ACTION, "dist", name))).digest("hex");
    assert.equal(info.files[name], hash, name);
  }
  assert.ok(info.version && info.rustc && info["wasm-bindgen"]);
});

test("what `action.yml` runs is there, and the runner may be executed", () => {
  const yaml = readFileSync(join(ACTION, "action.yml"), "utf8");
  const run = [...yaml.matchAll(/^  (?:main|post): (\S+)$/gm)].map((found) => found[1]);
  assert.deepEqual(run, ["dist/index.js", "dist/post.js"]);
  for (const file of run) assert.ok(statSync(join(ACTION, file)).isFile());
  for (const name of readdirSync(join(ACTION, "dist/bin")).filter((name) => !name.endsWith(".br"))) {
    assert.equal(statSync(join(ACTION, "dist/bin", name)).mode & 0o111, 0o111, name);
  }
});

test("nothing in `dist` needs a package", () => {
  const own = /^(node:|\.\/)/;
  for (const name of filesIn(join(ACTION, "dist")).filter((file) => file.endsWith(".js"))) {
    const source = readFileSync(join(ACTION, "dist", name), "utf8");
    for (const [, required] of source.matchAll(/\brequire\(['"`]([^'"`]+)['"`]\)/g)) {
      assert.ok(own.test(required) || ["util", "fs", "path"].includes(required), `${name} requires ${required}`);
    }
  }
});
