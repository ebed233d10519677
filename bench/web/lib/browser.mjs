// Debian's Chromium with a profile folder, a slow line and a slow processor on demand.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { load } from "./work.mjs";
import { screen } from "./profiles.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** A new folder for a profile, under the system's folder for temporary files. */
export function newProfile() {
  return fs.mkdtempSync(path.join(os.tmpdir(), "bench-web-"));
}

/** Starts Chromium on a profile folder. */
export async function open(folder, { executable, flags = [], size = screen, touch = true }) {
  const context = await load("playwright-core").chromium.launchPersistentContext(folder, {
    executablePath: executable,
    headless: true,
    args: [...FLAGS, ...flags],
    viewport: size,
    deviceScaleFactor: 1,
    isMobile: touch,
    hasTouch: touch,
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const cdp = await context.newCDPSession(page);
  const line = await Line.of(context, cdp);
  return { context, page, cdp, line, root: rootProcess(folder), close: () => context.close() };
}

/** The line of the page and of its service workers, and the bytes that come over it. */
class Line {
  /** Bytes and requests of the page and of its workers so far. */
  bytes = 0;
  requests = 0;
  #conditions = null;
  #open = new Map();
  #workers = new Map();

  static async of(context, cdp) {
    const line = new Line();
    line.page = cdp;
    cdp.on("Network.requestWillBeSent", (event) => line.#asked(event));
    cdp.on("Network.dataReceived", (event) => line.#came(event.requestId, event.encodedDataLength));
    cdp.on("Network.responseReceived", (event) => line.#answered(event));
    cdp.on("Network.requestServedFromCache", (event) => line.#open.delete(event.requestId));
    cdp.on("Network.loadingFinished", (event) => line.#ended(event.requestId, event.encodedDataLength));
    await cdp.send("Network.enable");
    // A worker is a target of its own, with a network of its own: slowed and counted by its own session.
    line.browser = await context.browser().newBrowserCDPSession();
    line.browser.on("Target.targetCreated", ({ targetInfo }) => {
      if (targetInfo.type === "service_worker") line.#watch(targetInfo.targetId).catch(() => {}); // it may be gone
    });
    line.browser.on("Target.receivedMessageFromTarget", ({ sessionId, message }) => line.#heard(sessionId, message));
    await line.browser.send("Target.setDiscoverTargets", { discover: true });
    return line;
  }

  /** Slows the line down or cuts it, for the page and for its workers, those that come later too; null gives it back. */
  async slow(profile, cut = false) {
    const rate = (kbits) => (kbits ? (kbits * 1000) / 8 : -1);
    this.#conditions = {
      offline: cut,
      latency: profile?.rtt ?? 0,
      downloadThroughput: rate(profile?.down),
      uploadThroughput: rate(profile?.up),
    };
    await this.page.send("Network.emulateNetworkConditions", this.#conditions);
    for (const session of this.#workers.keys()) await this.#tell(session, "Network.emulateNetworkConditions", this.#conditions);
  }

  async #watch(targetId) {
    const { sessionId } = await this.browser.send("Target.attachToTarget", { targetId, flatten: false });
    this.#workers.set(sessionId, targetId);
    await this.#tell(sessionId, "Network.enable", {});
    if (this.#conditions) await this.#tell(sessionId, "Network.emulateNetworkConditions", this.#conditions);
  }

  #tell(sessionId, method, params) {
    const message = JSON.stringify({ id: 1, method, params });
    return this.browser.send("Target.sendMessageToTarget", { sessionId, message }).catch(() => {}); // a worker may end any time
  }

  #heard(sessionId, message) {
    const { method, params } = JSON.parse(message);
    if (!method?.startsWith("Network.")) return;
    const event = { ...params, requestId: `${sessionId}/${params.requestId}` };
    if (method === "Network.requestWillBeSent") this.#asked(event);
    if (method === "Network.responseReceived") {
      // A worker asks for its first files before anybody can listen: such a request is known by its answer alone.
      if (!this.#open.has(event.requestId)) this.#open.set(event.requestId, 0);
      this.#answered(event);
    }
    if (method === "Network.dataReceived") this.#came(event.requestId, event.encodedDataLength);
    if (method === "Network.loadingFinished") this.#ended(event.requestId, event.encodedDataLength);
  }

  #asked({ requestId, request }) {
    if (request.url.startsWith("http")) this.#open.set(requestId, 0);
  }

  #answered({ requestId, response }) {
    const local = response.fromDiskCache || response.fromServiceWorker || response.fromPrefetchCache;
    if (local) this.#open.delete(requestId);
    else if (this.#open.has(requestId)) this.requests += 1;
  }

  #came(requestId, length) {
    const before = this.#open.get(requestId);
    if (before === undefined) return;
    this.#open.set(requestId, before + length);
    this.bytes += length;
  }

  // What was counted piece by piece gives way to the sum with the headers.
  #ended(requestId, length) {
    const before = this.#open.get(requestId);
    if (before === undefined) return;
    this.bytes += Math.max(0, length - before);
    this.#open.delete(requestId);
  }
}

/** Every process by its parent, from /proc. */
function processes() {
  const all = new Map();
  for (const name of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = fs.readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      all.set(Number(name), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // It ended while the list was read.
    }
  }
  return all;
}

/** The browser process of this profile folder: the eldest of this program's own children that names it. */
function rootProcess(folder) {
  const all = processes();
  for (const [id, { parent }] of all) {
    if (parent !== process.pid) continue;
    try {
      if (fs.readFileSync(`/proc/${id}/cmdline`, "utf8").includes(folder)) return id;
    } catch {
      // It ended.
    }
  }
  throw new Error(`no process of this program runs on ${folder}`);
}

const TICKS = 100; // USER_HZ, which Linux shows to programs on every architecture that Chromium runs on

/** CPU seconds, user and system, that the browser and all its children have used so far. */
export function cpuSeconds(root) {
  const all = processes();
  const mine = new Set([root]);
  for (let before = 0; before !== mine.size; ) {
    before = mine.size;
    for (const [id, { parent }] of all) if (mine.has(parent)) mine.add(id);
  }
  return [...mine].reduce((sum, id) => sum + (all.get(id)?.ticks ?? 0), 0) / TICKS;
}

/**
 * A fixed loop in the page, in ms, the better of two: the gauge of what neighbours on the machine take away. (The first
 * runs beside what the browser does for itself when it has just been started.)
 */
export function calibrate(page) {
  return page.evaluate(() => {
    const loop = () => {
      const start = performance.now();
      let x = 0;
      for (let i = 0; i < 3e7; i++) x = (x * 31 + i) | 0;
      return performance.now() - start + (x === 1 ? 1 : 0);
    };
    return Math.min(loop(), loop());
  });
}
