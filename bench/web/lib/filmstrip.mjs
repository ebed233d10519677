// The first two seconds of our page and of two peers' on the slow profile, as one picture.
import fs from "node:fs";
import path from "node:path";
import { newProfile, open } from "./browser.mjs";
import { profiles } from "./profiles.mjs";
import { root } from "./work.mjs";

/** Moments that are shown, in ms from the start of the navigation. */
const MOMENTS = [200, 400, 600, 800, 1000, 1250, 1500, 2000];
/** The peers to stand beside ours: the quickest of the survey products, and the quickest of those that are embedded. */
const PEERS = ["enketo", "posthog"];
const FILE = "first-two-seconds.png";

/** Films our first page and the peers; gives where the picture is and what it shows, null without ours or any peer. */
export async function filmstrip(pages, { chromium, pictures }, say) {
  const mine = pages.find((page) => page.ours);
  const peers = pages.filter((page) => PEERS.includes(page.name));
  if (!mine || peers.length === 0) return null;
  const strips = [];
  for (const page of [mine, ...peers]) {
    say(`filming ${page.name}`);
    strips.push({ page, frames: await film(page, chromium) });
  }
  const folder = path.resolve(root, pictures);
  fs.mkdirSync(folder, { recursive: true });
  await compose(strips, path.join(folder, FILE), chromium);
  return { file: path.join(pictures, FILE), profile: "slow", moments: MOMENTS, pages: strips.map(({ page }) => page.name) };
}

/** What the screen shows at each of the moments. */
async function film(setting, executable) {
  const folder = newProfile();
  const browser = await open(folder, { executable });
  try {
    const { page, cdp, line } = browser;
    const frames = [];
    cdp.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      frames.push({ at: metadata.timestamp * 1000, data });
      cdp.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // the page may be closing
    });
    let start = null;
    cdp.on("Network.requestWillBeSent", ({ type, wallTime }) => {
      if (type === "Document") start ??= wallTime * 1000;
    });
    await line.slow(profiles.slow);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: profiles.slow.cpu });
    await cdp.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
    await page.goto(await setting.url("cold"), { waitUntil: "commit" });
    await new Promise((over) => setTimeout(over, MOMENTS.at(-1) + 700));
    await cdp.send("Page.stopScreencast");
    // A frame is sent when something has changed: at a moment the screen shows the last one before it.
    return MOMENTS.map((moment) => frames.filter(({ at }) => at - start >= 0 && at - start <= moment).at(-1)?.data ?? null);
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Draws the strips under each other. */
async function compose(strips, file, executable) {
  const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const row = ({ page, frames }) =>
    `<h2>${escape(page.title)}</h2><div class="row">` +
    frames
      .map((data, at) => `<figure>${data ? `<img src="data:image/png;base64,${data}">` : `<div class="none"></div>`}<figcaption>${MOMENTS[at]} ms</figcaption></figure>`)
      .join("") +
    `</div>`;
  const style =
    `body{padding:16px;margin:0;font:16px/1.4 system-ui;background:#fff;color:#111;width:max-content}h1,h2{font-size:18px;margin:8px 0}` +
    `.row{display:flex;gap:8px}figure{margin:0;width:150px}img,.none{width:150px;height:333px;border:1px solid #999;box-sizing:border-box;display:block}figcaption{text-align:center}`;
  const html =
    `<!doctype html><meta charset="utf-8"><style>${style}</style>` +
    `<h1>${escape(profiles.slow.title)}, first visit</h1>${strips.map(row).join("")}`;
  const folder = newProfile();
  const browser = await open(folder, { executable, size: { width: 1400, height: 900 }, touch: false });
  try {
    await browser.page.setContent(html, { waitUntil: "load" });
    await browser.page.locator("body").screenshot({ path: file });
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
