// Somebody else's page: the package embedded in a few lines, without a bundler.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

const portal = new URL("../../crates/ai-keys-wasm/tests/consumer/portal.html", import.meta.url);
// Where the build puts the package's files for pages.
const core = new URL("../.core/", import.meta.url);
const FILES = {
  "/": [portal, "text/html"],
  "/ai-keys/web/ai_keys.js": [new URL("web/ai_keys.js", core), "text/javascript"],
  "/ai-keys/web/ai_keys_bg.wasm": [new URL("web/ai_keys_bg.wasm", core), "application/wasm"],
};

let it;
let server;
before(async () => {
  it = await start();
  server = createServer(async ({ url }, answer) => {
    const file = FILES[url];
    if (!file) return answer.writeHead(404).end();
    answer.writeHead(200, { "content-type": file[1] }).end(await readFile(file[0]));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
});
after(async () => {
  await it.close();
  server.closeAllConnections();
  server.close();
});

test("a portal of some twenty lines shows mistakes, then the plan", async () => {
  const lines = (await readFile(portal, "utf8")).trim().split("\n").length;
  assert.ok(lines <= 25, `${lines} lines`);
  const page = await it.browser.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await page.fill("#manifest", "versionn = 1");
  assert.match(await page.locator("#said").innerText(), /1: AK002 .*`versionn`/);
  const manifest = await readFile(new URL("../../examples/quickstart/keys.toml", import.meta.url), "utf8");
  await page.fill("#manifest", manifest);
  const said = await page.locator("#said li").allInnerTexts();
  assert.ok(said.includes("create usage-plan standard"), said.join("\n"));
  await page.fill("#manifest", `${manifest}\n[key."<img src=x onerror=alert(1)>"]\n`);
  assert.equal(await page.locator("#said img").count(), 0);
  assert.deepEqual(wrong, []);
});
