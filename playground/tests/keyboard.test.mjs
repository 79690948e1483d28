// Everything without a pointer, and named for those who do not see it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start } from "./browser.mjs";

let it;
before(async () => (it = await start()));
after(() => it.close());

const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.id || at?.className || at?.tagName;
  });

test("Tab leads through the page and out of the editor", async () => {
  const page = await open(it.browser, it.address);
  const path = [];
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    path.push(await focused(page));
  }
  const found = path.join(" ");
  assert.match(found, /^skip example open share theme cm-content/);
  assert.match(found, /today .*tab-plan .*view-plan/);
});

test("the editor can be skipped", async () => {
  const page = await open(it.browser, it.address);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "panel");
  assert.match(await page.evaluate(() => location.hash), /^(#1\.|$)/);
});

test("arrows move between the views", async () => {
  const page = await open(it.browser, it.address);
  await page.locator("#tab-plan").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "tab-limits");
  assert.ok(await page.locator("#view-limits").isVisible());
  await page.keyboard.press("End");
  assert.equal(await focused(page), "tab-life");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "tab-problems");
  assert.equal(await page.locator('[role="tab"][tabindex="0"]').count(), 1);
});

test("F8 finds a mistake, Ctrl+. mends it", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "mistakes");
  const number = await page.locator(".problems-list > li").count();
  await page.locator(".cm-content").focus();
  await page.keyboard.press("F8");
  for (let step = 0; step < 3 && !(await page.locator(".cm-activeLine").innerText()).startsWith("regoin"); step += 1) {
    await page.keyboard.press("F8");
  }
  await page.keyboard.press("Control+.");
  await page.waitForFunction((before) => document.querySelectorAll(".problems-list > li").length < before, number);
  assert.match(await page.locator(".cm-content").innerText(), /\nregion = "eu-west-1"\naccount = "21098765432"/);
});

test("everything that can be focused has a name, and counts are announced", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "mistakes");
  for (const tab of ["problems", "plan", "limits", "life"]) {
    await page.click(`#tab-${tab}`);
    const nameless = await page.evaluate(() => {
      const named = (one) =>
        one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.labels?.length > 0 || one.textContent.trim() !== "" || one.title;
      const all = [...document.querySelectorAll("button, input, select, textarea, a, summary, [role=tabpanel]")];
      return all.filter((one) => one.checkVisibility() && !named(one)).map((one) => one.outerHTML);
    });
    assert.deepEqual(nameless, []);
  }
  assert.equal(await page.locator("#counts").getAttribute("aria-live"), "polite");
  assert.equal(await page.locator(".cm-content").getAttribute("aria-label"), "Manifest, keys.toml");
});

test("light and dark follow the system until one is chosen", async () => {
  const page = await open(it.browser, it.address);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.click("#theme");
  assert.equal(await theme(), "light");
  await page.reload();
  assert.equal(await theme(), "light");
});

test("a narrow screen shows everything without sideways scrolling", async () => {
  const page = await open(it.browser, it.address);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const example of ["mistakes", "quickstart", "life", "many-accounts"]) {
    await page.selectOption("#example", example);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${example}: ${wide}`);
  }
});
