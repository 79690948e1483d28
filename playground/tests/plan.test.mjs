// A plan against a snapshot, the limits and the lives.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { drop, open, start, write } from "./browser.mjs";

const at = (path) => new URL(path, import.meta.url);
const manifest = readFileSync(at("../../examples/quickstart/keys.toml"), "utf8");
const snapshot = readFileSync(at("../examples/quickstart.snapshot.json"), "utf8");

let it;
before(async () => (it = await start()));
after(() => it.close());

test("dropping a snapshot shows the plan", async () => {
  const page = await open(it.browser, it.address);
  await write(page, `# mine\n${manifest}`);
  await page.click("#tab-problems");
  await page.click("#tab-plan");
  await page.getByText("What would change?").waitFor();
  await drop(page, "live.json", snapshot);
  const plan = await page.locator("#view-plan").innerText();
  assert.match(plan, /Against\s+live\.json/);
  assert.match(plan, /create\s+key batch-embedder/);
  assert.match(plan, /key legacy-batch\s*blocks callers/);
  assert.match(plan, /5 requests\/s, bursts of 10 → 10 requests\/s, bursts of 20/);
  assert.match(plan, /delete key old-bot/);
  await page.locator("#view-plan .changes .at").first().click();
  assert.equal(await page.locator(".cm-activeLine").innerText(), "[key.batch-embedder]");
  assert.deepEqual(page.wrong, []);
});

test("pasting one does too, and what is no snapshot says why", async () => {
  const page = await open(it.browser, it.address);
  await page.click("#tab-plan");
  await page.getByText("forget it").click();
  await page.locator("#snapshot").fill('{ "format": 7 }');
  assert.match(await page.locator("#view-plan .callout").innerText(), /format 7/);
  await page.locator("#snapshot").fill(snapshot);
  await page.locator("#view-plan .changes").waitFor();
});

test("without one, everything is made", async () => {
  const page = await open(it.browser, it.address);
  await page.click("#tab-plan");
  await page.getByText("forget it").click();
  await page.locator("[data-empty-account]").click();
  assert.match(await page.locator("#view-plan .verdict").innerText(), /3 to create/);
});

test("what a plan costs has the words of the terminal, with the reason for the time", async () => {
  const page = await open(it.browser, it.address);
  const key = (number) => `[key.tagged-${number}]\ntags = { team = "a" }\n`;
  const keys = Array.from({ length: 60 }, (_, number) => key(number));
  await write(page, `${manifest.replace(/^(require|expires) = .*$/gm, "")}\n${keys.join("\n")}`);
  await page.click("#tab-plan");
  await page.locator("[data-empty-account]").click();
  const verdict = await page.locator("#view-plan .verdict").innerText();
  assert.match(verdict, /\d+ calls, at least \d+ s: AWS takes \d+ CreateApiKey a second$/);
});

test("a snapshot of another account is refused at the target's line", async () => {
  const page = await open(it.browser, it.address);
  await drop(page, "live.json", snapshot.replace("123456789012", "999999999999"));
  assert.match(await page.locator("#view-plan .refusals").innerText(), /AK410[^]*999999999999/);
  assert.equal(await page.locator("#view-plan .changes").count(), 0);
});

test("another day is another plan", async () => {
  const page = await open(it.browser, it.address);
  await page.click("#tab-plan");
  await page.fill("#today", "2027-07-15");
  await page.locator("#view-plan .digest", { hasText: "for 2027-07-15" }).waitFor();
  assert.match(await page.locator("#view-plan").innerText(), /expired 2027-06-30/);
  await page.click("#really-today");
  await page.locator("#view-plan .digest", { hasNotText: "2027-07-15" }).waitFor();
});

test("targets are chosen, and limits are said in words", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "many-accounts");
  assert.match(await page.locator("#view-limits").innerText(), /50 requests\/s, bursts of 10/);
  await page.click("#tab-plan");
  await page.locator("[data-empty-account]").click();
  await page.selectOption("#target", "staging");
  await page.locator("#view-plan .digest", { hasText: "210987654321" }).waitFor();
});

test("every key's life is drawn, and is a table too", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "life");
  await page.locator(".picture .row").first().waitFor();
  assert.equal(await page.locator(".picture .row").count(), 8);
  assert.ok((await page.locator(".picture .overlap").count()) >= 5);
  assert.equal(await page.locator(".picture .grace").count(), 2);
  await page.getByText("As a table").click();
  const table = await page.locator(".as-table table").innerText();
  assert.match(table, /trial-acme\s+team-chat\s+expires 2026-12-15 \(in 22 days\)/);
  assert.match(table, /left-the-file\s+team-chat\s+deleted 2026-12-16/);
  assert.match(table, /old-partner/);
  assert.deepEqual(page.wrong, []);
});

test("a manifest and its snapshot may be chosen together, in any order", async () => {
  const page = await open(it.browser, it.address);
  const file = (name, text) => ({ name, mimeType: "", buffer: Buffer.from(text) });
  await page.setInputFiles("#file", [file("live.json", snapshot), file("keys.toml", `# both\n${manifest}`)]);
  await page.locator("#view-plan .against", { hasText: "live.json" }).waitFor();
  assert.match(await page.locator(".cm-content").innerText(), /^# both/);
});
