// What a manifest says stays text, and the page talks to nobody.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { drop, open, start, write } from "./browser.mjs";

const NAMES = [
  '<img src=x onerror=\\"alert(1)\\">',
  "javascript:alert(1)",
  "<script>alert(1)</script>",
  "<svg/onload=alert(1)>",
  "`<https://evil.example/>`",
  "\\u202Egnp.exe",
  "{{constructor.constructor('alert(1)')()}}",
];

let it;
before(async () => (it = await start()));
after(() => it.close());

const head = `version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
`;

test("hostile names are text in every view", async () => {
  const page = await open(it.browser, it.address);
  const mistakes = NAMES.map((name) => `[key."${name}"]\nowner = "${name}"\nusage-plans = ["${name}"]\n"${name}" = 1\n`);
  await write(page, head + mistakes.join(""));
  await page.click("#tab-problems");
  await page.locator(".problems-list li").first().waitFor();
  const keys = NAMES.filter((name) => !name.includes("202E")).map((name, at) => `[key.k${at}]\ndescription = "${name}"\n`);
  await write(page, head + keys.join(""));
  await page.click("#tab-plan");
  const live = {
    format: 1, provider: "aws-api-gateway", account: "123456789012", region: "eu-west-1", apis: {}, "usage-plans": {},
    keys: {
      a1: { name: "<img src=x onerror=alert(1)>", marker: "[ai-keys: acme/<img/src=x>#1 owner=<b>]", liveness: { is: "active" } },
      a2: { name: "x", description: "<img src=x onerror=alert(1)>", marker: "[ai-keys: acme/k0#1]", liveness: { is: "active" } },
    },
  };
  await drop(page, "<img src=x onerror=alert(1)>.json", JSON.stringify(live));
  assert.match(await page.locator("#view-plan").innerText(), /<img src=x onerror=alert\(1\)>/);
  for (const tab of ["limits", "life", "problems"]) await page.click(`#tab-${tab}`);
  const made = await page.evaluate(() => ({
    images: document.querySelectorAll("#panel img, #editor img").length,
    scripts: document.querySelectorAll("#panel script").length,
    links: [...document.querySelectorAll("#panel a")].map((link) => link.href),
    handlers: [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on"))).length,
  }));
  assert.deepEqual(made, { images: 0, scripts: 0, links: [], handlers: 0 });
  assert.deepEqual(page.wrong, []);
});

test("no request leaves the origin, and the policy would stop one", async () => {
  const asked = [];
  it.browser.on("request", (request) => asked.push(request.url()));
  const page = await open(it.browser, it.address);
  await page.selectOption("#example", "mistakes");
  await page.locator(".problems-list summary").first().click();
  for (const tab of ["plan", "limits", "life"]) await page.click(`#tab-${tab}`);
  await page.click("#share");
  assert.deepEqual(asked.filter((url) => !url.startsWith(it.address)), []);
  const tried = await page.evaluate(async () => {
    const failed = async (work) => Promise.resolve().then(work).then(() => "went through", () => "stopped");
    const image = new Image();
    const loaded = new Promise((resolve) => {
      image.onload = () => resolve("went through");
      image.onerror = () => resolve("stopped");
    });
    image.src = "http://127.0.0.1:9/x.png";
    return [
      await failed(() => fetch("http://127.0.0.1:9/")),
      await loaded,
      await failed(() => (document.body.innerHTML = "<b>x</b>")),
      await failed(() => new Function("1")()),
    ];
  });
  assert.deepEqual(tried, ["stopped", "stopped", "stopped", "stopped"]);
});
