// Builds the page into dist/: `node build.mjs`. The WebAssembly package comes from `cargo xtask wasm`.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
// Where `cargo xtask wasm` puts the package, unless cargo's folder is another one.
const built = join(process.env["AI_KEYS_WASM"] ?? join(root, "../target/wasm/ai-keys"), "web");
if (!existsSync(built)) {
  console.error(`there is no ${built}: run \`cargo xtask wasm\` first`);
  process.exit(1);
}
// Where the TypeScript compiler looks for it too, wherever it was built.
const core = join(root, ".core");
rmSync(core, { recursive: true, force: true });
cpSync(built, core, { recursive: true });

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
  alias: { "ai-keys/web": join(core, "ai_keys.js") },
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
cpSync(join(core, "ai_keys_bg.wasm"), join(dist, "ai_keys.wasm"));

const files = ["index.html", "main.js", "main.css", "icon.svg", "ai_keys.wasm"];
const version = createHash("sha256");
for (const file of files) version.update(readFileSync(join(dist, file)));
const worker = readFileSync(join(root, "src/sw.js"), "utf8")
  .replace("__VERSION__", version.digest("hex").slice(0, 16))
  .replace("__FILES__", ["./", ...files.slice(1)].join(" "));
writeFileSync(join(dist, "sw.js"), worker);

let total = 0;
for (const file of [...files, "sw.js"]) {
  const bytes = readFileSync(join(dist, file));
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  console.log(`${file.padEnd(14)} ${String(bytes.length).padStart(8)} ${String(packed).padStart(8)} gzip`);
}
console.log(`${"in all".padEnd(14)} ${"".padStart(8)} ${String(total).padStart(8)} gzip`);
