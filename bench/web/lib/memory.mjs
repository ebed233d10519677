// What one kiosk page holds after many visits: touched by script, as fast as the page allows.
import fs from "node:fs";
import { newProfile, open } from "./browser.mjs";
import { observe } from "./observer.mjs";

/** Milliseconds within which a visit must be over, thanks and all. */
const PATIENCE = 60_000;

/** Rates again and again in one page; gives what is held before the first visit and after each of the wanted numbers. */
export async function memory(own, { chromium, visitsOfMemory }, say) {
  const setting = own.pages.find((page) => page.name === "ours-kiosk");
  const folder = newProfile();
  const browser = await open(folder, { executable: chromium });
  try {
    const { page, cdp } = browser;
    await page.exposeBinding("__note", () => {});
    await page.addInitScript(observe, { ...setting, level: 0, url: undefined });
    await page.goto(own.enrolled);
    await page.waitForSelector("[data-action=start]");
    await hurry(page);
    const after = [{ visits: 0, ...(await held(page, cdp)) }];
    let made = 0;
    for (const wanted of visitsOfMemory) {
      for (; made < wanted; made++) await aVisit(page);
      after.push({ visits: made, ...(await held(page, cdp)) });
      say(`memory after ${made} visits`);
    }
    return { page: setting.name, after };
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits of the page (guards, thanks) pass a hundred times as fast, so that a thousand visits take minutes. */
function hurry(page) {
  return page.evaluate(() => {
    const { setTimeout: wait } = window;
    window.setTimeout = (work, ms, ...more) => wait(work, (ms ?? 0) / 100, ...more);
  });
}

/** One visit by script: start, no dossier, a level for each question, until the attract screen is back. */
function aVisit(page) {
  return page.evaluate(
    (patience) =>
      new Promise((done, fail) => {
        const end = performance.now() + patience;
        let begun = false;
        let last = null;
        const look = () => {
          if (performance.now() > end) return fail(new Error(`a visit did not end; the page shows: ${document.body.innerText.slice(0, 200)}`));
          const screen = document.querySelector("[data-screen]")?.dataset.screen;
          if (begun && screen === "attract") return done();
          const item = document.querySelector("[data-item]");
          const now = item ? `${screen} ${item.dataset.item}` : screen;
          // A choice turns the page by itself a little later.
          if (now !== last && screen !== "thanks") {
            const control =
              screen === "attract" ? "[data-action=start]"
              : screen === "dossier" ? "[data-action=no-dossier]"
              : item ? `[data-item="${item.dataset.item}"] input[type=radio][value="4"]`
              : "[data-action=next]";
            const found = document.querySelector(control);
            if (found) {
              begun = true;
              last = now;
              found.click();
            }
          }
          requestAnimationFrame(look);
        };
        look();
      }),
    PATIENCE,
  );
}

/** Looks at what is held, a quarter of a second apart: what is on its way out is gone in one of them. */
const LOOKS = 4;

/** What the page holds once the garbage is collected: the least of several looks. */
async function held(page, cdp) {
  let least = null;
  for (let look = 0; look < LOOKS; look++) {
    const seen = await heldNow(page, cdp);
    least = least ? Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, Math.min(value, least[name])])) : seen;
    await page.waitForTimeout(250);
  }
  return least;
}

async function heldNow(page, cdp) {
  // Twice: the first run lets finalizers go that hold on to more.
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await cdp.send("Memory.getDOMCounters");
  const wasmBytes = await page.evaluate(() => window.__bench.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0));
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  return { heapBytes: usedSize, wasmBytes, nodes, elements, listeners: jsEventListeners };
}
