// A Chromium of its own for each test file, on the built page.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { serve } from "../serve.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

/** The day on which every page opens: those of the examples must not wear off. */
const TODAY = "2026-11-23";

/** Starts a server and a browser with an empty profile. */
export async function start(options = {}) {
  const executablePath = process.env.AI_KEYS_CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error("no Chromium: set AI_KEYS_CHROMIUM, or install Debian's `chromium`");
  const server = await serve();
  const profile = await mkdtemp(join(tmpdir(), "ai-keys-playground-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  await browser.addInitScript(moveClock, Date.parse(`${TODAY}T12:00Z`) - Date.now());
  const close = async () => {
    await browser.close();
    await server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, server, address: server.address, close };
}

/** Opens the page and waits for its first verdict. Collects what goes wrong on it. */
export async function open(browser, address) {
  const page = await browser.newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.wrong.push(message.text()));
  page.on("dialog", (dialog) => {
    page.wrong.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  await page.waitForFunction(() => document.querySelector("#time")?.textContent !== "");
  await arrived(page);
  return page;
}

/** Runs in the page. Its clock goes on, so that it can still tell how long a pointer rests. */
function moveClock(by) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      super(...(given.length > 0 ? given : [Real.now() + by]));
    }
    static now() {
      return Real.now() + by;
    }
  };
}

/** Waits until no view waits for the planner. */
export function arrived(page) {
  return page.waitForFunction(() => document.querySelector("[data-waiting]") === null);
}

/** Types a whole manifest in place of what is there. */
export async function write(page, text) {
  await drop(page, "keys.toml", text);
}

/** Drops a file on the page. */
export async function drop(page, name, text) {
  const run = await runs(page);
  await page.evaluate(
    ([file, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], file));
      for (const kind of ["dragover", "drop"]) {
        document.querySelector("main").dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    [name, text],
  );
  await next(page, run);
}

/** How often the page has judged. */
export function runs(page) {
  return page.evaluate(() => Number(document.querySelector("#time").dataset.run));
}

/** Waits until the page has judged again. */
export function next(page, run) {
  return page.waitForFunction((before) => Number(document.querySelector("#time").dataset.run) > before, run);
}
