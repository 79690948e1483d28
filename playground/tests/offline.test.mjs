// After the first visit the page needs no network.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, start } from "./browser.mjs";

test("the page opens with its server gone", async () => {
  const it = await start();
  try {
    const page = await open(it.browser, it.address);
    await page.getByText("works offline").waitFor();
    await it.server.close();
    const again = await open(it.browser, it.address);
    await again.selectOption("#example", "mistakes");
    assert.match(await again.locator("#counts").textContent(), /\d+ errors/);
    await again.locator(".picture, .problems-list").first().waitFor();
    assert.deepEqual(again.wrong, []);
  } finally {
    await it.close();
  }
});
