// The planner comes after the page is of use; where it cannot come, the page says so.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { arrived, open, start } from "./browser.mjs";

const PLANNER = "**/ai_keys.wasm";

let it;
// Without the worker, which would fetch it all beside the page.
before(async () => (it = await start({ serviceWorkers: "block" })));
after(() => it.close());

/** Opens the page while the planner is held up. */
async function openWithout(hold) {
  const page = await it.browser.newPage();
  await page.route(PLANNER, hold);
  await page.goto(it.address);
  await page.waitForFunction(() => document.querySelector("#time")?.textContent !== "");
  return page;
}

test("problems and limits do not wait for the planner, and the plan comes when it is there", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const page = await openWithout(async (route) => {
    await held;
    await route.continue();
  });
  assert.match(await page.locator("#view-plan [data-waiting]").innerText(), /on its way/);
  await page.click("#tab-limits");
  assert.match(await page.locator("#view-limits").innerText(), /10 requests\/s/);
  await page.selectOption("#example", "mistakes");
  await page.locator(".problems-list").waitFor();
  await page.selectOption("#example", "quickstart");
  await page.click("#tab-life");
  await page.click("#tab-plan");
  release();
  await arrived(page);
  assert.match(await page.locator("#view-plan").innerText(), /create\s+key batch-embedder/);
  await page.click("#tab-life");
  await page.locator("#view-life .picture").waitFor();
});

test("without a network the plan says so, and comes when it is asked for again", async () => {
  const page = await openWithout((route) => route.abort());
  await page.getByText("No planner yet").waitFor();
  assert.equal(await page.locator("#counts").textContent(), "No problems");
  await page.unroute(PLANNER);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("#view-plan .changes").waitFor();
});

test("an explanation is fetched when it is asked for", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "mistakes");
  await page.route("**/explanations.json", (route) => route.abort());
  const why = page.locator("#view-problems details.why").first();
  await why.locator("summary").click();
  await page.waitForFunction(() => document.querySelector("#view-problems details.why").open === false);
  await page.unroute("**/explanations.json");
  await why.locator("summary").click();
  assert.match(await why.locator(".prose").innerText(), /What it checks/);
});
