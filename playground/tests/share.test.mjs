// The address holds the state; what looks like a key value is held nowhere.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { drop, open, start, write } from "./browser.mjs";

// Made for this test; opens nothing.
const VALUE = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
const TEXT = 'version = 1\nnamespace = "grüße-🔑"\n# shared\n';

let it;
before(async () => (it = await start({ permissions: ["clipboard-read", "clipboard-write"] })));
after(() => it.close());

const hash = (page) => page.evaluate(() => location.hash);
// The address follows the text after a pause of its own.
const kept = (page, before = "") => page.waitForFunction((old) => location.hash !== "" && location.hash !== old, before);
const letGo = (page) => page.waitForFunction(() => location.hash === "");
const editor = (page) => page.locator(".cm-content").innerText();

test("a copied link brings manifest, snapshot, day and view back", async () => {
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "life");
  await page.fill("#today", "2027-02-01");
  await page.click("#tab-plan");
  await page.click("#share");
  await page.locator("#toast.shown").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const plan = await page.locator("#view-plan .digest").innerText();
  const other = await open(it.browser, link);
  await other.locator("#view-plan .digest").waitFor();
  assert.equal(await other.locator("#view-plan .digest").innerText(), plan);
  assert.equal(await other.inputValue("#today"), "2027-02-01");
  // The other window writes its own address, of what it shows: the whole manifest and snapshot are in it.
  await other.evaluate(() => history.replaceState(null, "", location.pathname));
  await other.click("#share");
  await other.locator("#toast.shown").waitFor();
  assert.equal(await hash(other), await hash(page));
});

test("the address follows the typing, in any script", async () => {
  const page = await open(it.browser, it.address);
  await kept(page);
  const before = await hash(page);
  await write(page, TEXT);
  await kept(page, before);
  const other = await open(it.browser, it.address + (await hash(page)));
  assert.match(await editor(other), /grüße-🔑/);
});

test("text that looks like a key value is kept nowhere, and the page says so", async () => {
  for (const text of [`${TEXT}# was ${VALUE}\n`, `${TEXT}key = = ${VALUE}\n`, `[key.a]\nadopt = "abcdefghij0123456789"\n`]) {
    const page = await open(it.browser, it.address);
    await write(page, TEXT);
    await kept(page);
    await write(page, text);
    assert.match(await page.locator("#banner").innerText(), /looks like a key value.*It is kept nowhere/s);
    await letGo(page);
    await page.click("#share");
    await page.locator("#toast.shown", { hasText: "No link" }).waitFor();
    await page.reload();
    await page.waitForFunction(() => document.querySelector("#time").textContent !== "");
    assert.ok(!(await editor(page)).includes(VALUE));
    const stored = await page.evaluate(async () => {
      const names = await caches.keys();
      const databases = await indexedDB.databases();
      const cookies = document.cookie;
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, cookies, names]);
    });
    assert.ok(!stored.includes(VALUE.slice(0, 12)) && !stored.includes("abcdefghij"), stored);
    await page.close();
  }
});

test("neither is one in a snapshot", async () => {
  const page = await open(it.browser, it.address);
  await kept(page);
  await drop(page, "live.json", `{ "format": 1, "value": "${VALUE}" }`);
  assert.match(await page.locator("#banner").innerText(), /The snapshot holds/);
  assert.ok(!(await page.locator("#view-plan").innerText()).includes(VALUE));
  await letGo(page);
});

test("nor an id in a snapshot that is as long as a value", async () => {
  const page = await open(it.browser, it.address);
  await kept(page);
  const keys = { abcdefghij0123456789: { name: "old", liveness: { is: "active" } } };
  const live = { format: 1, provider: "aws-api-gateway", account: "123456789012", region: "eu-west-1", apis: {}, "usage-plans": {}, keys };
  await drop(page, "live.json", JSON.stringify(live));
  assert.match(await page.locator("#banner").innerText(), /The snapshot holds/);
  await letGo(page);
});

test("a link that holds a value is shown and let go", async () => {
  const packed = deflateRawSync(JSON.stringify({ manifest: `# ${VALUE}` })).toString("base64url");
  const page = await open(it.browser, `${it.address}#1.${packed}`);
  await page.locator("#banner:visible").waitFor();
  await letGo(page);
});

test("a damaged link, a foreign one and one that unfolds without end open the example", async () => {
  const bomb = deflateRawSync(Buffer.alloc(40 << 20, 32)).toString("base64url");
  const foreign = deflateRawSync(JSON.stringify({ manifest: { toString: "x" } })).toString("base64url");
  for (const fragment of ["1.AAAA", "1.%%%", "2.abc", `1.${foreign}`, `1.${bomb}`]) {
    const page = await open(it.browser, `${it.address}#${fragment}`);
    assert.match(await page.locator("#toast").innerText(), /damaged/);
    assert.match(await editor(page), /chat-web/);
    assert.deepEqual(page.wrong, []);
    await page.close();
  }
});

test("another link in the same window is another state", async () => {
  const page = await open(it.browser, it.address);
  const packed = deflateRawSync(JSON.stringify({ manifest: "# from a friend\n" })).toString("base64url");
  await page.evaluate((fragment) => (location.hash = fragment), `1.${packed}`);
  await page.locator(".cm-line", { hasText: "# from a friend" }).waitFor();
});

test("an id that is merely wrong is no key value", async () => {
  const page = await open(it.browser, it.address);
  await write(page, '[key.a]\nadopt = "abc-123"\n');
  await kept(page);
  assert.ok(await page.locator("#banner").isHidden());
});
