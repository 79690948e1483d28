// Typing shows what is wrong, and one click mends it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { drop, open, start, write } from "./browser.mjs";

const GOOD = `version = 1
namespace = "acme"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[usage-plan.standard]
stages = ["chat-api/prod"]

[key.chat]
usage-plans = ["standard"]
`;

let it;
before(async () => (it = await start()));
after(() => it.close());

const counts = (page) => page.locator("#counts");
const says = (page, words) => page.waitForFunction((wanted) => document.querySelector("#counts").textContent === wanted, words);

test("a typed mistake is underlined, marked, listed and counted", async () => {
  const page = await open(it.browser, it.address);
  await write(page, GOOD);
  assert.equal(await counts(page).textContent(), "No problems");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("ownr = ");
  await page.keyboard.type('"team-chat"');
  await says(page, "1 error");
  assert.equal(await page.locator(".cm-lintRange-error").textContent(), "ownr");
  assert.equal(await page.locator(".cm-lint-marker-error").count(), 1);
  await page.click("#tab-problems");
  assert.match(await page.locator(".problems-list li").innerText(), /has no field\s+ownr/);
  assert.deepEqual(page.wrong, []);
});

test("the fix button mends it, and undo brings it back", async () => {
  const page = await open(it.browser, it.address);
  await write(page, GOOD.replace('"standard"]', '"standrad"]'));
  await page.click("#tab-problems");
  await page.locator(".problems-list .fix").click();
  await says(page, "No problems");
  assert.match(await page.locator(".cm-content").innerText(), /usage-plans = \["standard"\]/);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+z");
  await says(page, "1 error");
});

test("what is certain is mended at once, and guesses are left to be looked at", async () => {
  const page = await open(it.browser, it.address);
  await page.setViewportSize({ width: 1280, height: 1600 });
  await page.selectOption("#example", "mistakes");
  const number = await page.locator(".problems-list > li").count();
  await page.locator("[data-fix-all]").click();
  await page.waitForFunction((before) => document.querySelectorAll(".problems-list > li").length === before - 2, number);
  const text = await page.locator(".cm-content").innerText();
  assert.match(text, /\nexpires = 2027-01-31\nenabled = true\n/);
  assert.match(text, /regoin/);
  assert.deepEqual(page.wrong, []);
});

test("an underline explains itself and offers the fix", async () => {
  const page = await open(it.browser, it.address);
  await write(page, GOOD.replace('"standard"]', '"standrad"]'));
  await page.locator(".cm-lintRange-error").hover();
  const tip = page.locator(".cm-tooltip-lint");
  await tip.waitFor();
  assert.match(await tip.innerText(), /there is no usage plan\s+standrad/);
  await tip.getByText("What is AK103?").click();
  assert.match(await page.locator("#view-problems .prose").innerText(), /What it checks/);
  await page.locator(".cm-lintRange-error").hover();
  await page.locator(".cm-tooltip-lint").getByText(/^Change to/).click();
  await says(page, "No problems");
});

test("positions count as editors do, beyond the basic plane too", async () => {
  const page = await open(it.browser, it.address);
  await write(page, GOOD.replace("[key.chat]", '[key.chat]\ntags = { "🔑🔑" = "ß", x = 1 }'));
  assert.equal(await page.locator(".cm-lintRange-error").last().textContent(), "1");
});

test("a line of the list leads to its place", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "mistakes");
  await page.locator(".problems-list .jump").last().click();
  const line = await page.locator(".cm-activeLine").innerText();
  assert.equal(line, 'enabled = "true"');
});

test("completion knows the fields, the words and the names of this file", async () => {
  const page = await open(it.browser, it.address);
  await write(page, GOOD);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("exp");
  await page.locator(".cm-tooltip-autocomplete").waitFor();
  assert.match(await page.locator(".cm-tooltip-autocomplete li").first().innerText(), /^expires/);
  await page.keyboard.press("Escape");
  await write(page, GOOD.replace('["standard"]\n', "[\n"));
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.type('"');
  await page.locator(".cm-tooltip-autocomplete").waitFor();
  assert.deepEqual(await page.locator(".cm-tooltip-autocomplete li").allInnerTexts(), ["standard"]);
});

test("hovering over a field says what it is for", async () => {
  const page = await open(it.browser, it.address);
  await write(page, GOOD);
  await page.locator(".cm-line", { hasText: "region" }).getByText("region").hover();
  await page.locator(".cm-help").waitFor();
  assert.match(await page.locator(".cm-help").innerText(), /The region, such as/);
});

test("any bytes are answered", async () => {
  const page = await open(it.browser, it.address);
  for (const text of ["\u0000", "[[[[", '"""', "🔑".repeat(50), "a = {".repeat(400), "\ufeffversion = 1\r\n\r", "x".repeat(100_000)]) {
    await drop(page, "keys.toml", text);
  }
  assert.deepEqual(page.wrong, []);
});

test("an empty manifest is an invitation, not a mistake", async () => {
  const page = await open(it.browser, it.address);
  await write(page, "");
  assert.equal(await counts(page).textContent(), "Nothing to check");
  assert.equal(await page.locator(".cm-lint-marker-error, .badge").count(), 0);
  for (const tab of ["problems", "plan", "limits", "life"]) {
    await page.click(`#tab-${tab}`);
    assert.match(await page.locator(`#view-${tab} .empty`).innerText(), /\S/);
  }
});

test("undo brings back what an example or a file has replaced", async () => {
  const page = await open(it.browser, it.address);
  await write(page, "# mine\n");
  await page.selectOption("#example", "mistakes");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+z");
  await page.locator(".cm-line", { hasText: "# mine" }).waitFor();
});
