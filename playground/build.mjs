// Builds the page into dist/: `node build.mjs`. The WebAssembly package comes from `cargo xtask wasm`.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
// Where `cargo xtask wasm` puts the package, unless cargo's folder is another one.
const built = process.env["AI_KEYS_WASM"] ?? join(root, "../target/wasm/ai-keys");
if (!existsSync(built)) {
  console.error(`there is no ${built}: run \`cargo xtask wasm\` first`);
  process.exit(1);
}
// Where the TypeScript compiler looks for it too, wherever it was built.
const core = join(root, ".core");
rmSync(core, { recursive: true, force: true });
for (const folder of ["web", "check/web", "node"]) cpSync(join(built, folder), join(core, folder), { recursive: true });

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
await esbuild.build({
  absWorkingDir: root,
  entryPoints: { main: "src/main.ts" },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome119", "firefox120", "safari17"],
  legalComments: "none",
  alias: { "ai-keys/web": join(core, "web/ai_keys.js"), "ai-keys/check/web": join(core, "check/web/ai_keys_check.js") },
  loader: { ".toml": "text", ".snapshot.json": "text" },
  logLevel: "warning",
});
await esbuild.build({
  absWorkingDir: root,
  entryPoints: { main: "src/style/main.css" },
  outdir: dist,
  bundle: true,
  minify: true,
  logLevel: "warning",
});
cpSync(join(root, "index.html"), join(dist, "index.html"));
cpSync(join(root, "public"), dist, { recursive: true });
cpSync(join(core, "web/ai_keys_bg.wasm"), join(dist, "ai_keys.wasm"));
cpSync(join(core, "check/web/ai_keys_check_bg.wasm"), join(dist, "ai_keys_check.wasm"));
writeTexts(createRequire(import.meta.url)(join(core, "node/ai_keys.js")));

// What a visitor needs to type and be told, and what follows on request.
const first = ["index.html", "main.js", "main.css", "icon.svg", "ai_keys_check.wasm"];
const files = [...first, "schema.json", "explanations.json", "ai_keys.wasm"];
const version = createHash("sha256");
for (const file of files) version.update(readFileSync(join(dist, file)));
const worker = readFileSync(join(root, "src/sw.js"), "utf8")
  .replace("__VERSION__", version.digest("hex").slice(0, 16))
  .replace("__FILES__", ["./", ...files.slice(1)].join(" "));
writeFileSync(join(dist, "sw.js"), worker);

let total = 0;
let atFirst = 0;
for (const file of [...files, "sw.js"]) {
  const bytes = readFileSync(join(dist, file));
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  if (first.includes(file)) atFirst += packed;
  console.log(`${file.padEnd(20)} ${String(bytes.length).padStart(8)} ${String(packed).padStart(8)} gzip`);
}
for (const [name, sum] of [["before it is of use", atFirst], ["in all", total]]) {
  console.log(`${name.padEnd(20)} ${"".padStart(8)} ${String(sum).padStart(8)} gzip`);
}

/** What the core says of itself: every explanation, and the schema for completion and hover help. */
function writeTexts({ explain, schema }) {
  const codes = readFileSync(join(root, "../docs/reference/rules.md"), "utf8").match(/^## AK\d{3}/gm) ?? [];
  const texts = Object.fromEntries(codes.map((heading) => heading.slice(3)).map((code) => [code, explain(code)]));
  if (Object.values(texts).length === 0 || Object.values(texts).includes(undefined)) throw new Error("docs/reference/rules.md is not of this core");
  writeFileSync(join(dist, "explanations.json"), JSON.stringify(texts));
  writeFileSync(join(dist, "schema.json"), JSON.stringify(schema()));
}
